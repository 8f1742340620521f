import { fail, strictEqual } from "node:assert/strict";
import { LaneChoice, type Lanes } from "./lane_choice.ts";

/** A machine on which a run takes as long as it says. */
function machine(cost: (lanes: Lanes) => number) {
  let now = 0;
  const choice = new LaneChoice({ now: () => now }, 500);
  const seen: Lanes[] = [];
  const run = (times: number, hashes = 1000): Lanes[] => {
    seen.length = 0;
    for (let i = 0; i < times; i++) {
      choice.run((lanes) => {
        seen.push(lanes);
        now += cost(lanes) * hashes;
        return hashes;
      });
    }
    return seen;
  };
  return { choice, run };
}

Deno.test("LaneChoice tries both ways, then takes the faster nearly always", () => {
  for (const fast of [4, 8] as const) {
    const { choice, run } = machine((lanes) => lanes === fast ? 1 : 1.5);
    strictEqual(run(24).filter((lanes) => lanes === 4).length, 12);
    const slow = run(10_000).filter((lanes) => lanes !== fast).length;
    strictEqual(slow > 0 && slow < 200, true, `${slow} slow runs`);
    strictEqual(choice.faster, fast);
  }
});

Deno.test("LaneChoice is not misled by a machine that is busy with something else", () => {
  let runs = 0;
  const { choice, run } = machine((lanes) => (lanes === 8 ? 1 : 1.6) * (runs++ % 3 === 0 ? 1 : 4));
  run(24);
  strictEqual(choice.faster, 8);
});

Deno.test("LaneChoice notices when the other way becomes the faster one", () => {
  let late = 2;
  const { choice, run } = machine((lanes) => lanes === 8 ? late : 1);
  run(1000);
  strictEqual(choice.faster, 4);
  late = 0.5;
  run(6000);
  strictEqual(choice.faster, 8);
});

Deno.test("LaneChoice learns nothing from runs that are too short", () => {
  const { choice, run } = machine((lanes) => lanes === 8 ? 0.1 : 1);
  run(300, 10);
  strictEqual(choice.faster, 4);
});

Deno.test("LaneChoice does as it is told, and takes four lanes without a clock", () => {
  for (const [options, expected] of [[{ lanes: 8, now: () => 0 }, 8], [{}, 4]] as const) {
    const choice = new LaneChoice(options, 1);
    for (let i = 0; i < 1100; i++) choice.run((lanes) => lanes === expected ? 10 : fail());
    strictEqual(choice.faster, expected);
  }
});

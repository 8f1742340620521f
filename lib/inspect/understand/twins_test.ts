import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { coinbase, MIN_NTIME, MiningTape } from "../../../tests/support/protocol_tapes.ts";
import { templateOf } from "../../../tests/support/pool_stage.ts";
import { connectionOf } from "../../../tests/support/tape.ts";
import type { Sight } from "./sight.ts";
import { Tracker } from "./tracker.ts";

const MINER = connectionOf(4, { port: 34_255 });
const POOL = connectionOf(1);
/** What the translator adds to the pool's prefix, and what the miner rolls. */
const [LOCAL, ROLLED] = ["030303030303030303030303", "03030303"];

function hex(value: number): string {
  return value.toString(16).padStart(8, "0");
}

/** A translator with a job, and its miner subscribed. */
function translating(): MiningTape {
  const { prefix, suffix } = coinbase().stripped;
  const path = templateOf(1).merklePath.map((hash) => hash.toHex());
  const notify = [
    "17",
    "b0".repeat(32),
    prefix.toHex(),
    suffix.toHex(),
    path,
    "20000000",
    "1b00d7c0",
    hex(MIN_NTIME),
    true,
  ];
  return MiningTape.mining(POOL).on(MINER).line("up", {
    id: 1,
    method: "mining.subscribe",
    params: [],
  })
    .line("down", { id: 1, result: [[["mining.notify", "x"]], `00000001${LOCAL}`, 4] })
    .line("down", { id: null, method: "mining.notify", params: notify });
}

function submit(tape: MiningTape, nonce: number, jobId = "17", extranonce2 = ROLLED): MiningTape {
  const params = ["account.rig", jobId, extranonce2, hex(MIN_NTIME + 5), hex(nonce)];
  return tape.on(MINER).line("up", { id: 9, method: "mining.submit", params });
}

function last(tape: MiningTape): Sight["about"] {
  const tracker = new Tracker();
  const sight = tape.entries.map((entry) => tracker.see(entry)).at(-1);
  ok(sight);
  return sight.about;
}

Deno.test("mining.notify is the job with the same coinbase and path", () => {
  const about = last(translating());
  ok(about.kind === "notify");
  deepStrictEqual([about.twin?.job.id, about.twin?.sureness], [1, "certain"]);
});

Deno.test("mining.submit and the share that comes of it are found, whichever comes first", () => {
  const nonce = 77;
  const forward = last(submit(translating(), nonce).on(POOL).share({ nonce }));
  ok(forward.kind === "share");
  const [twin] = forward.twins;
  deepStrictEqual([twin?.submitted.user, twin?.sureness], ["account.rig", "certain"]);
  const backward = last(submit(translating().on(POOL).share({ nonce }), nonce));
  ok(backward.kind === "submit");
  deepStrictEqual(backward.twins.map(({ share, because }) => [share.sequence, because]), [
    [1, ["job", "extranonce"]],
  ]);
});

Deno.test("the less agrees, the less sure it is", () => {
  const sureness = (jobId: string, extranonce2: string) => {
    const about = last(submit(translating().on(POOL).share({ nonce: 5 }), 5, jobId, extranonce2));
    return about.kind === "submit" ? about.twins[0]?.sureness : undefined;
  };
  deepStrictEqual([
    sureness("17", ROLLED),
    sureness("18", ROLLED),
    sureness("17", "ffffffff"),
    sureness("18", "ffffffff"),
  ], ["certain", "likely", "likely", "possible"]);
});

Deno.test("another nonce, another time, or a quarter of an hour are no twins", () => {
  const twins = (tape: MiningTape) => {
    const about = last(tape);
    return about.kind === "share" ? about.twins.length : undefined;
  };
  strictEqual(twins(submit(translating(), 6).on(POOL).share({ nonce: 5 })), 0);
  strictEqual(twins(submit(translating(), 5).on(POOL).share({ nonce: 5, ntime: MIN_NTIME })), 0);
  strictEqual(twins(submit(translating(), 5).on(POOL).wait(900).share({ nonce: 5 })), 0);
});

Deno.test("lines that are no shares say nothing", () => {
  for (
    const params of [
      [],
      ["a", "1", "00", "xyz", "00000001"],
      ["a", "1", "0", hex(1), hex(1)],
      ["a".repeat(300), "1", "00", hex(1), hex(1)],
      { nonce: 1 },
    ]
  ) {
    const tape = translating().line("up", { id: 9, method: "mining.submit", params });
    strictEqual(last(tape).kind, "other");
  }
});

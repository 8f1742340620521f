import { strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { History } from "./history.ts";

Deno.test("History tells what a value was at any time", () => {
  const changes = fc.array(fc.nat(3), { maxLength: 30 });
  fc.assert(fc.property(changes, fc.nat(60), (gaps, forgotten) => {
    const history = new History(-1);
    const plain: number[] = [];
    let time = 0;
    gaps.forEach((gap, value) => {
      time += gap;
      history.set(value, time);
      for (let t = time; t < 120; t++) plain[t] = value;
    });
    history.forget(forgotten);
    for (let t = forgotten; t < 120; t++) strictEqual(history.at(t), plain[t] ?? -1);
    strictEqual(history.latest, gaps.length - 1);
  }));
});

import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { targetFromCompact } from "../bitcoin/compact.ts";
import { targetFromBytes } from "../pow/target.ts";
import { Tips } from "./tips.ts";

function tip(n: number): { prevHash: Uint8Array; nBits: number; minNtime: number } {
  return { prevHash: new Uint8Array(32).fill(n), nBits: 0x1d00ffff, minNtime: 5 };
}

Deno.test("Tips gives the same number to the same block, also after another one", () => {
  const tips = new Tips();
  const a = tips.enter(tip(1));
  const b = tips.enter(tip(2));
  ok(a.id !== b.id);
  strictEqual(tips.enter(tip(1)).id, a.id);
});

Deno.test("Tips forgets blocks that are eight tips back", () => {
  const tips = new Tips();
  const first = tips.enter(tip(0)).id;
  for (let n = 1; n <= 8; n++) tips.enter(tip(n));
  ok(tips.enter(tip(0)).id !== first);
});

Deno.test("TDP-23 a target above that of nBits is for submission, one below loses no block", () => {
  const network = targetFromCompact(0x1d00ffff);
  const weak = new Tips().enter({ ...tip(1), target: network * 4n });
  strictEqual(targetFromBytes(weak.networkTarget), network);
  strictEqual(targetFromBytes(weak.solutionTarget), network * 4n);
  const strict = new Tips().enter({ ...tip(1), target: network / 4n });
  deepStrictEqual(strict.solutionTarget, strict.networkTarget);
});

import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Workers } from "./workers.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

Deno.test("Workers finds a worker again by its name", () => {
  const workers = new Workers(10);
  const first = workers.named(bytes("rig1"));
  strictEqual(workers.named(bytes("rig1")), first);
  ok(workers.named(bytes("rig2")) !== first);
  strictEqual(workers.size, 2);
  deepStrictEqual([...workers].map(({ name }) => new TextDecoder().decode(name)), ["rig1", "rig2"]);
});

Deno.test("Workers keeps a copy of a name", () => {
  const workers = new Workers(10);
  const buffer = bytes("rig1");
  workers.named(buffer);
  buffer.fill(0);
  deepStrictEqual([...workers].map(({ name }) => name), [bytes("rig1")]);
});

Deno.test("EXT-28 unique names in every share take memory for the first ones only", () => {
  const workers = new Workers(4);
  for (let n = 0; n < 1000; n++) workers.named(bytes(`worker ${n}`)).tally.reject("stale-share");
  strictEqual(workers.size, 4);
  strictEqual(workers.others?.rejected, 996);
  strictEqual(workers.named(bytes("worker 2")).tally.rejected, 1);
});

Deno.test("Workers tells names apart that share a hash", () => {
  // Two names with one FNV-1a hash.
  const [a, b] = [bytes("costarring"), bytes("liquid")];
  const workers = new Workers(4);
  ok(workers.named(a) !== workers.named(b));
  strictEqual(workers.named(b), workers.named(b));
  strictEqual(workers.size, 2);
});

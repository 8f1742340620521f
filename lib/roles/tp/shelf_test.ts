import { deepStrictEqual, strictEqual } from "node:assert";
import type { NodeTemplate } from "../../node/node.ts";
import { Shelf } from "./shelf.ts";

const released: string[] = [];

function template(name: string, hash = 1): NodeTemplate {
  return {
    prevHash: new Uint8Array(32).fill(hash),
    height: 1,
    version: 0x2000_0000,
    nBits: 0x207f_ffff,
    time: 0,
    minTime: 0,
    coinbase: {
      version: 2,
      scriptSigPrefix: Uint8Array.of(0x51),
      sequence: 0,
      valueRemaining: 0n,
      outputCount: 0,
      outputs: new Uint8Array(),
      lockTime: 0,
      witnessReserved: undefined,
    },
    merklePath: [],
    fees: 0n,
    transactions: () => Promise.resolve([]),
    release: () => void released.push(name),
  };
}

Deno.test("Shelf releases a template with the last of its ids", () => {
  released.length = 0;
  const shelf = new Shelf({ graceMs: 10, keepMs: 100, maxTemplates: 2 }, 5n);
  const one = template("one");
  shelf.add(one, 0);
  shelf.add(one, 0);
  shelf.add(template("two"), 0);
  deepStrictEqual(released, []);
  shelf.add(template("three"), 0);
  deepStrictEqual(released, ["one"]);
  deepStrictEqual([5n, 6n, 7n, 8n].map((id) => shelf.get(id) !== undefined), [
    false,
    false,
    true,
    true,
  ]);
  deepStrictEqual([4n, 5n, 8n, 9n].map((id) => shelf.wasIssued(id)), [false, true, true, false]);
});

Deno.test("Shelf keeps a template through its grace and some time after it", () => {
  released.length = 0;
  const shelf = new Shelf({ graceMs: 10, keepMs: 100, maxTemplates: 9 }, 1n);
  const work = shelf.add(template("old", 1), 0);
  shelf.tipIs(new Uint8Array(32).fill(2), 50);
  shelf.tipIs(new Uint8Array(32).fill(3), 55);
  strictEqual(shelf.isStale(work, 60), false);
  strictEqual(shelf.isStale(work, 61), true);
  shelf.tick(150);
  strictEqual(shelf.get(1n), work);
  shelf.tick(151);
  deepStrictEqual([shelf.get(1n), released], [undefined, ["old"]]);
});

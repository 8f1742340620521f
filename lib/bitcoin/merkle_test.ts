import { deepStrictEqual, strictEqual, throws } from "node:assert";
import * as fc from "fast-check";
import vectors from "../../tests/vectors/bitcoin_merkle.json" with { type: "json" };
import { UsageError } from "../errors.ts";
import { bytesFromHex, hexFromBytes } from "./bytes.ts";
import { sha256d } from "./hash.ts";
import { displayHash } from "./header.ts";
import { foldMerklePath, merklePath, merkleRoot } from "./merkle.ts";

for (const { coinbase_txid, merkle_path, merkle_root } of vectors.paths) {
  Deno.test(`MIN-42 a path of ${merkle_path.length} folds to the stated root`, () => {
    const root = foldMerklePath(bytesFromHex(coinbase_txid), merkle_path.map(bytesFromHex));
    strictEqual(hexFromBytes(root), merkle_root);
  });
}

Deno.test("merkleRoot() of block 100,000", () => {
  const { txids_display, merkle_root_display } = vectors.block_100000;
  const txids = txids_display.map((id) => bytesFromHex(id).reverse());
  strictEqual(displayHash(merkleRoot(txids)), merkle_root_display);
});

Deno.test("MIN-42 the path of a block's transactions folds to its merkle root", () => {
  const count = fc.integer({ min: 0, max: 40 });
  fc.assert(fc.property(count, fc.nat(), (count, salt) => {
    const [coinbase = new Uint8Array(), ...rest] = txids(count + 1, salt);
    const path = merklePath(rest);
    deepStrictEqual(foldMerklePath(coinbase, path), merkleRoot([coinbase, ...rest]));
    strictEqual(path.length, Math.ceil(Math.log2(count + 1)));
  }));
});

Deno.test("MIN-42 a path of 255 folds", () => {
  const [coinbase = new Uint8Array(), ...path] = txids(256, 1);
  let expected = coinbase;
  for (const sibling of path) expected = sha256d(new Uint8Array([...expected, ...sibling]));
  deepStrictEqual(foldMerklePath(coinbase, path), expected);
});

Deno.test("merkleRoot() of one is that one, of none is refused", () => {
  const [only = new Uint8Array()] = txids(1, 0);
  deepStrictEqual(merkleRoot([only]), only);
  throws(() => merkleRoot([]), UsageError);
});

function txids(count: number, salt: number): Uint8Array[] {
  return Array.from(
    { length: count },
    (_, i) => sha256d(Uint8Array.of(i, salt & 0xff, salt >> 8 & 0xff, salt >> 16 & 0xff)),
  );
}

import { deepStrictEqual, strictEqual, throws } from "node:assert";
import * as fc from "fast-check";
import vectors from "../../tests/vectors/bitcoin_merkle.json" with { type: "json" };
import shares from "../../tests/vectors/bitcoin_shares.json" with { type: "json" };
import { DecodeError } from "../errors.ts";
import { bytesFromHex } from "./bytes.ts";
import {
  blockHash,
  decodeHeader,
  displayHash,
  encodeHeader,
  rolledHeader,
  setNonce,
} from "./header.ts";

Deno.test("blockHash() of the first block is known", () => {
  const header = decodeHeader(bytesFromHex(vectors.genesis_header));
  strictEqual(displayHash(blockHash(header)), vectors.genesis_hash_display);
});

Deno.test("blockHash() of block 100,000, from its fields", () => {
  const block = vectors.block_100000;
  const hash = blockHash({
    version: block.version,
    prevHash: bytesFromHex(block.prev_hash_display).reverse(),
    merkleRoot: bytesFromHex(block.merkle_root_display).reverse(),
    time: block.time,
    nBits: parseInt(block.nbits, 16),
    nonce: block.nonce,
  });
  strictEqual(displayHash(hash), block.hash_display);
});

for (const share of shares.shares) {
  Deno.test(`blockHash() of the share in ${share.source}`, () => {
    strictEqual(displayHash(blockHash(bytesFromHex(share.header))), share.hash_display);
  });
}

const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
const u32 = fc.nat({ max: 0xffff_ffff });
const headers = fc.record({
  version: u32,
  prevHash: hash,
  merkleRoot: hash,
  time: u32,
  nBits: u32,
  nonce: u32,
}, { noNullPrototype: true });

Deno.test("a header survives a round trip", () => {
  fc.assert(fc.property(headers, (header) => {
    deepStrictEqual(decodeHeader(encodeHeader(header)), header);
  }));
});

Deno.test("rolledHeader() and setNonce() change what they are told, and nothing else", () => {
  const rolls = fc.record({ version: u32, time: u32, nonce: u32 }, { requiredKeys: [] });
  fc.assert(fc.property(headers, rolls, u32, (header, rolled, nonce) => {
    const bytes = encodeHeader(header);
    const copy = rolledHeader(bytes, rolled);
    deepStrictEqual(copy, encodeHeader({ ...header, ...rolled }));
    deepStrictEqual(bytes, encodeHeader(header));
    setNonce(copy, nonce);
    deepStrictEqual(copy, encodeHeader({ ...header, ...rolled, nonce }));
  }));
});

Deno.test("decodeHeader() wants 80 bytes", () => {
  for (const [length, code] of [[79, "truncated"], [81, "too-long"], [0, "truncated"]] as const) {
    throws(
      () => decodeHeader(new Uint8Array(length)),
      (error) => error instanceof DecodeError && error.code === code,
    );
  }
});

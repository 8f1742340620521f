import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import vectors from "../../tests/vectors/bitcoin_transactions.json" with { type: "json" };
import { DecodeError } from "../errors.ts";
import { decodeBlock, encodeBlock } from "./block.ts";
import { bytesFromHex, concatBytes } from "./bytes.ts";
import { encodeCompactSize } from "./compact_size.ts";
import { splitBlock } from "./split_block.ts";
import { encodeTransaction } from "./transaction.ts";

const HEADER = new Uint8Array(80);
const TRANSACTIONS = vectors.transactions.map(({ hex }) => bytesFromHex(hex));
const BLOCK = encodeBlock(HEADER, TRANSACTIONS);

Deno.test("splitBlock() gives a block's transactions as they stand in it", () => {
  deepStrictEqual(splitBlock(BLOCK), TRANSACTIONS);
  deepStrictEqual(splitBlock(encodeBlock(HEADER, [])), []);
});

Deno.test("splitBlock() refuses a block that was cut, or has more than it says", () => {
  for (let length = 0; length < BLOCK.length; length++) {
    throws(() => splitBlock(BLOCK.subarray(0, length)), DecodeError);
  }
  throws(
    () => splitBlock(concatBytes(BLOCK, Uint8Array.of(0))),
    (error) => error instanceof DecodeError && error.code === "too-long",
  );
});

Deno.test("splitBlock() agrees with decodeBlock() on blocks that were changed anywhere", () => {
  const changes = fc.array(
    fc.tuple(
      fc.integer({ min: 80, max: BLOCK.length - 1 }),
      fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(0, 1, 0xfd, 0xfe, 0xff)),
    ),
    { minLength: 1, maxLength: 4 },
  );
  let agreed = 0;
  fc.assert(
    fc.property(changes, (list) => {
      const bytes = BLOCK.slice();
      for (const [at, byte] of list) bytes[at] = byte;
      const [split, decoded] = [attempt(splitBlock, bytes), attempt(decodeBlock, bytes)];
      if (decoded === undefined) return;
      agreed++;
      deepStrictEqual(
        split,
        decoded.transactions.map((tx) => encodeTransaction(tx, { witness: true })),
      );
    }),
    { numRuns: 1_000 },
  );
  ok(agreed > 100, `${agreed} of 1000 could be decoded`);
});

Deno.test("splitBlock() of anything is its transactions, or a DecodeError", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (body) => {
    const transactions = attempt(splitBlock, concatBytes(HEADER, body));
    if (transactions === undefined) return;
    deepStrictEqual(concatBytes(encodeCompactSize(transactions.length), ...transactions), body);
  }));
});

Deno.test("splitBlock() finds its way through a million witness items without keeping one", () => {
  const items = 1_000_000;
  const tx = concatBytes(
    bytesFromHex("020000000001" + "01" + "00".repeat(36) + "00" + "ffffffff" + "00"),
    encodeCompactSize(items),
    new Uint8Array(items),
    new Uint8Array(4),
  );
  const [only] = splitBlock(encodeBlock(HEADER, [tx]));
  strictEqual(only?.length, tx.length);
});

function attempt<T>(read: (bytes: Uint8Array) => T, bytes: Uint8Array): T | undefined {
  try {
    return read(bytes);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

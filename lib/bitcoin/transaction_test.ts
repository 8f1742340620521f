import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import * as fc from "fast-check";
import coinbases from "../../tests/vectors/bitcoin_coinbase.json" with { type: "json" };
import vectors from "../../tests/vectors/bitcoin_transactions.json" with { type: "json" };
import { DecodeError } from "../errors.ts";
import { bytesFromHex, hexFromBytes } from "./bytes.ts";
import { displayHash } from "./header.ts";
import { sigopCost } from "./sigops.ts";
import {
  decodeOutputArray,
  decodeOutputs,
  decodeTransaction,
  decodeTransactions,
  encodeOutput,
  encodeTransaction,
  outputSize,
  txid,
  weight,
  wtxid,
} from "./transaction.ts";

for (const vector of vectors.transactions) {
  Deno.test(`${vector.name}: ids, weight, sigops and bytes are as stated`, () => {
    const tx = decodeTransaction(bytesFromHex(vector.hex));
    strictEqual(hexFromBytes(encodeTransaction(tx, { witness: true })), vector.hex);
    strictEqual(displayHash(txid(tx)), vector.txid_display);
    strictEqual(displayHash(wtxid(tx)), vector.wtxid_display);
    strictEqual(weight(tx), vector.weight);
    strictEqual(sigopCost(tx.outputs), vector.sigop_cost);
  });

  Deno.test(`${vector.name}: cut anywhere, it is truncated or malformed`, () => {
    const bytes = bytesFromHex(vector.hex);
    for (let length = 0; length < bytes.length; length++) {
      throws(() => decodeTransaction(bytes.subarray(0, length)), DecodeError);
    }
    refused([...bytes, 0], "too-long");
  });
}

Deno.test("a transaction survives a round trip, with witnesses and without", () => {
  fc.assert(fc.property(transactions(), (tx) => {
    deepStrictEqual(decodeTransaction(encodeTransaction(tx, { witness: true })), tx);
    const inputs = tx.inputs.map((input) => ({ ...input, witness: [] }));
    deepStrictEqual(decodeTransaction(encodeTransaction(tx, { witness: false })), {
      ...tx,
      inputs,
    });
  }));
});

Deno.test("garbage is a transaction of the very bytes, or a DecodeError", () => {
  fc.assert(
    fc.property(garbage(), (bytes) => {
      try {
        const tx = decodeTransaction(bytes);
        deepStrictEqual(encodeTransaction(tx, { witness: true }), bytes);
      } catch (error) {
        ok(error instanceof DecodeError);
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("a count that the bytes cannot hold is refused at the count", () => {
  for (const count of [[0xfe, 0xff, 0xff, 0xff, 0xff], [0xff, 0, 0, 0, 0, 0, 0, 0x1f, 0], [3]]) {
    const bytes = Uint8Array.from([2, 0, 0, 0, ...count, ...new Uint8Array(100)]);
    const at = 4 + count.length;
    throws(() => decodeTransaction(bytes), new DecodeError("truncated", "inputs", at));
  }
  throws(
    () => decodeOutputs(new Uint8Array(100), 0xffff_ffff),
    new DecodeError("truncated", "outputs", 0),
  );
});

Deno.test("what Bitcoin Core refuses is refused: no inputs, odd flag, empty witnesses", () => {
  refused([2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0], "malformed");
  refused([2, 0, 0, 0, 0, 2, 1, 0, 0, 0, 0, 0], "malformed");
  const [, segwit] = vectors.transactions.map(({ hex }) => decodeTransaction(bytesFromHex(hex)));
  ok(segwit !== undefined);
  const stripped = encodeTransaction(segwit, { witness: false });
  const superfluous = [
    ...stripped.subarray(0, 4),
    0,
    1,
    ...stripped.subarray(4, -4),
    0,
    0,
    ...stripped.subarray(-4),
  ];
  refused(superfluous, "malformed");
});

Deno.test("a transaction larger than a block, or of countless tiny items, is refused", () => {
  refused(new Uint8Array(4_000_001), "too-large");
  const input = [...new Uint8Array(36), 0, 0, 0, 0, 0];
  const head = [2, 0, 0, 0, 0, 1, 1, ...input, 0, 0xfe, 0xa1, 0x86, 0x01, 0x00];
  refused([...head, ...new Uint8Array(100_005)], "too-large");
});

Deno.test("decodeTransactions() reads as many as it is told, and bounds all of them together", () => {
  const all = vectors.transactions.map(({ hex }) => bytesFromHex(hex));
  const bytes = Uint8Array.from(all.flatMap((each) => [...each]));
  deepStrictEqual(decodeTransactions(bytes, 2), all.map(decodeTransaction));
  for (const count of [0, 1, 3, 0xffff_ffff]) {
    throws(() => decodeTransactions(bytes, count), DecodeError);
  }
  const input = [...new Uint8Array(36), 0, 0, 0, 0, 0];
  const items = [0xfd, 0xff, 0xff, ...new Uint8Array(0xffff)];
  const tx = [2, 0, 0, 0, 0, 1, 1, ...input, 0, ...items, 0, 0, 0, 0];
  strictEqual(decodeTransactions(Uint8Array.from(tx), 1).length, 1);
  throws(
    () => decodeTransactions(Uint8Array.from([...tx, ...tx]), 2),
    (error) => error instanceof DecodeError && error.code === "too-large",
  );
});

Deno.test("decodeTransaction() keeps no view on its argument", () => {
  const bytes = bytesFromHex(vectors.transactions[0]?.hex ?? "");
  const tx = decodeTransaction(bytes);
  bytes.fill(0);
  strictEqual(displayHash(txid(tx)), vectors.transactions[0]?.txid_display);
});

Deno.test("TDP-15 outputs of a template have no count, those of a pool do", () => {
  const { pool_outputs_compactsize, template_outputs_no_prefix } = coinbases.outputs;
  const ofPool = decodeOutputArray(bytesFromHex(pool_outputs_compactsize));
  const ofTemplate = decodeOutputs(bytesFromHex(template_outputs_no_prefix), 1);
  strictEqual(ofPool.length, 1);
  strictEqual(`01${ofPool.map((o) => hexFromBytes(encodeOutput(o)))}`, pool_outputs_compactsize);
  strictEqual(
    ofTemplate.map((o) => hexFromBytes(encodeOutput(o))).join(),
    template_outputs_no_prefix,
  );
  for (const count of [0, 2, 0xffff_ffff]) {
    throws(() => decodeOutputs(bytesFromHex(template_outputs_no_prefix), count), DecodeError);
  }
  deepStrictEqual(decodeOutputs(new Uint8Array(), 0), []);
});

Deno.test("outputSize() is the length of the encoding", () => {
  fc.assert(fc.property(fc.nat({ max: 70_000 }), (length) => {
    const output = { value: 1n, scriptPubKey: new Uint8Array(length) };
    strictEqual(outputSize(output), encodeOutput(output).length);
  }));
});

function refused(bytes: Iterable<number>, code: string): void {
  throws(
    () => decodeTransaction(Uint8Array.from(bytes)),
    (error) => error instanceof DecodeError && error.code === code,
  );
}

function transactions() {
  const u32 = fc.nat({ max: 0xffff_ffff });
  const script = fc.uint8Array({ maxLength: 300 });
  const input = fc.record({
    prevTxid: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    vout: u32,
    scriptSig: script,
    sequence: u32,
    witness: fc.array(script, { maxLength: 3 }),
  }, { noNullPrototype: true });
  const output = fc.record({
    value: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
    scriptPubKey: script,
  }, { noNullPrototype: true });
  return fc.record({
    version: u32,
    inputs: fc.array(input, { minLength: 1, maxLength: 4 }),
    outputs: fc.array(output, { maxLength: 4 }),
    lockTime: u32,
  }, { noNullPrototype: true });
}

/** Real transactions with a few bytes changed get further than noise. */
function garbage() {
  const change = fc.tuple(fc.nat({ max: 400 }), fc.nat({ max: 255 }));
  const changed = fc.tuple(
    fc.constantFrom(...vectors.transactions.map(({ hex }) => hex)),
    fc.array(change, { minLength: 1, maxLength: 4 }),
  ).map(([hex, changes]) => {
    const bytes = bytesFromHex(hex);
    for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
    return bytes;
  });
  return fc.oneof(changed, fc.uint8Array({ maxLength: 200 }));
}

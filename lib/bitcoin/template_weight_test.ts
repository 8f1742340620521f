import { strictEqual } from "node:assert";
import vectors from "../../tests/vectors/bitcoin_coinbase.json" with { type: "json" };
import { encodeTransaction, weight } from "./transaction.ts";
import { reservedWeight } from "./template_weight.ts";
import { WITNESS_RESERVED_VALUE, witnessCommitmentOutput } from "./witness_commitment.ts";

for (const { size, segwit, legacy } of vectors.template_weights.examples) {
  Deno.test(`TDP-6 reservedWeight() for ${size} bytes is ${segwit}, or ${legacy} legacy`, () => {
    strictEqual(reservedWeight(size, true), segwit);
    strictEqual(reservedWeight(size, false), legacy);
  });
}

Deno.test("TDP-6 the largest coinbase is within the reserve, witness and all", () => {
  const size = 3000;
  for (const segwit of [true, false]) {
    const own = { value: 0n, scriptPubKey: new Uint8Array(size - 8 - 3) };
    const coinbase = {
      version: 2,
      inputs: [{
        prevTxid: new Uint8Array(32),
        vout: 0xffff_ffff,
        scriptSig: new Uint8Array(100),
        sequence: 0,
        witness: segwit ? [WITNESS_RESERVED_VALUE] : [],
      }],
      outputs: segwit ? [own, witnessCommitmentOutput([])] : [own],
      lockTime: 0,
    };
    const header = 4 * 80;
    const count = 4 * 3;
    const outputCount = 4 * 2;
    const used = header + count + outputCount + weight(coinbase);
    strictEqual(encodeTransaction(coinbase, { witness: true }).length > size, true);
    strictEqual(reservedWeight(size, segwit), used);
  }
});

Deno.test("reservedWeight() does not wrap at the largest size", () => {
  strictEqual(reservedWeight(0xffff_ffff, true), 1168 + 4 * 0xffff_ffff);
});

import { deepStrictEqual, strictEqual } from "node:assert";
import { concatBytes, hexFromBytes } from "./bytes.ts";
import { sha256d } from "./hash.ts";
import { hasWitnessCommitment, witnessCommitmentOutput } from "./witness_commitment.ts";

Deno.test("witnessCommitmentOutput() of a block of a coinbase only has the known commitment", () => {
  const output = witnessCommitmentOutput([]);
  strictEqual(output.value, 0n);
  strictEqual(
    hexFromBytes(output.scriptPubKey),
    "6a24aa21a9ede2f61c3f71d1defd3fa999dfa36953755c690689799962b48bebd836974e8cf9",
  );
});

Deno.test("witnessCommitmentOutput() is over the witness root and 32 zeros", () => {
  const wtxids = [1, 2].map((byte) => new Uint8Array(32).fill(byte));
  const [a = new Uint8Array(), b = new Uint8Array()] = wtxids;
  const root = sha256d(concatBytes(
    sha256d(concatBytes(new Uint8Array(32), a)),
    sha256d(concatBytes(b, b)),
  ));
  deepStrictEqual(
    witnessCommitmentOutput(wtxids).scriptPubKey.subarray(6),
    sha256d(concatBytes(root, new Uint8Array(32))),
  );
});

Deno.test("hasWitnessCommitment() wants the whole of it", () => {
  const output = witnessCommitmentOutput([]);
  const cut = { value: 0n, scriptPubKey: output.scriptPubKey.subarray(0, 37) };
  const longer = { value: 5n, scriptPubKey: concatBytes(output.scriptPubKey, Uint8Array.of(1)) };
  strictEqual(hasWitnessCommitment([cut]), false);
  strictEqual(hasWitnessCommitment([cut, output]), true);
  strictEqual(hasWitnessCommitment([longer]), true);
  strictEqual(hasWitnessCommitment([]), false);
});

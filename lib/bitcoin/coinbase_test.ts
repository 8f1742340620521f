import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import * as fc from "fast-check";
import vectors from "../../tests/vectors/bitcoin_coinbase.json" with { type: "json" };
import { PeerError, UsageError } from "../errors.ts";
import { bytesFromHex, concatBytes, hexFromBytes } from "./bytes.ts";
import {
  assembleCoinbase,
  type CoinbaseParts,
  type CoinbaseTemplate,
  joinCoinbase,
  scriptSigTagRoom,
  stripCoinbase,
} from "./coinbase.ts";
import { sha256d } from "./hash.ts";
import { foldMerklePath } from "./merkle.ts";
import { decodeTransaction, txid, type TxOutput, wtxid } from "./transaction.ts";
import { witnessCommitmentOutput } from "./witness_commitment.ts";
import { encodeOutput } from "./transaction.ts";

for (const job of vectors.jobs) {
  Deno.test(`B141-2, B141-3, MIN-43 coinbase of ${job.source}`, () => {
    const { stripped, full } = assembleCoinbase(partsOf(job));
    strictEqual(hexFromBytes(full.prefix), job.coinbase_tx_prefix_unstripped);
    strictEqual(hexFromBytes(full.suffix), job.coinbase_tx_suffix_unstripped);
    const { expected } = job;
    if (expected.coinbase_tx_prefix !== undefined) {
      strictEqual(hexFromBytes(stripped.prefix), expected.coinbase_tx_prefix);
      strictEqual(hexFromBytes(stripped.suffix), expected.coinbase_tx_suffix);
    }
    if (expected.merkle_root !== undefined) {
      const id = sha256d(joinCoinbase(stripped, bytesFromHex(job.extranonce_prefix)));
      strictEqual(hexFromBytes(foldMerklePath(id, [])), expected.merkle_root);
    }
  });
}

for (const vector of vectors.strip) {
  Deno.test(`B141-2 stripCoinbase() of ${vector.test}`, () => {
    const halves = { prefix: bytesFromHex(vector.prefix), suffix: bytesFromHex(vector.suffix) };
    const stripped = stripCoinbase(halves);
    strictEqual(stripped !== undefined, vector.needs_strip);
    if (stripped === undefined) return;
    strictEqual(hexFromBytes(stripped.prefix), vector.stripped_prefix);
    strictEqual(hexFromBytes(stripped.suffix), vector.stripped_suffix);
    strictEqual(stripCoinbase(stripped), undefined);
  });
}

Deno.test("stripCoinbase() wants both marker and flag, and a witness of one item of 32 bytes", () => {
  const { full } = assembleCoinbase(parts());
  const change = (half: "prefix" | "suffix", at: number) => {
    const bytes = full[half].slice();
    bytes[at < 0 ? bytes.length + at : at] = 2;
    return stripCoinbase({ ...full, [half]: bytes });
  };
  ok(stripCoinbase(full) !== undefined);
  strictEqual(change("prefix", 4), undefined);
  strictEqual(change("prefix", 5), undefined);
  strictEqual(change("suffix", -38), undefined);
  strictEqual(change("suffix", -37), undefined);
});

Deno.test("B141-1, B141-2, B141-3, MIN-43, TDP-14, TDP-15 every coinbase decodes to its parts", () => {
  fc.assert(fc.property(allParts(), ({ parts, extranonce, segwit }) => {
    const { template } = parts;
    const { stripped, full } = assembleCoinbase(parts);
    const tx = decodeTransaction(joinCoinbase(full, extranonce));

    strictEqual(tx.version, template.coinbaseTxVersion);
    strictEqual(tx.lockTime, template.coinbaseTxLocktime);
    strictEqual(tx.inputs.length, 1);
    const [input] = tx.inputs;
    ok(input !== undefined);
    strictEqual(input.sequence, template.coinbaseTxInputSequence);
    deepStrictEqual(input.prevTxid, new Uint8Array(32));
    strictEqual(input.vout, 0xffff_ffff);
    const script = hexFromBytes(input.scriptSig);
    ok(script.startsWith(hexFromBytes(template.coinbasePrefix)));
    ok(script.endsWith(hexFromBytes(extranonce)));
    ok(input.scriptSig.length >= 2 && input.scriptSig.length <= 100);
    deepStrictEqual(input.witness, segwit ? [new Uint8Array(32)] : []);

    const outputs = tx.outputs.map((output) => hexFromBytes(encodeOutput(output))).join("");
    const own = parts.payoutOutputs.map((output) => hexFromBytes(encodeOutput(output))).join("");
    strictEqual(outputs, own + hexFromBytes(template.coinbaseTxOutputs));

    const mined = joinCoinbase(stripped, extranonce);
    deepStrictEqual(txid(tx), sha256d(mined));
    deepStrictEqual(wtxid(tx), sha256d(joinCoinbase(full, extranonce)));
    ok(hexFromBytes(stripped.prefix.subarray(4, 6)) !== "0001");
    deepStrictEqual(stripCoinbase(full), segwit ? stripped : undefined);
  }));
});

Deno.test("B141-1 a template without commitment gives a coinbase without witness", () => {
  const { stripped, full } = assembleCoinbase(parts({}, { coinbaseTxOutputs: new Uint8Array() }));
  deepStrictEqual(full, stripped);
});

Deno.test("MIN-11 the script is at most 100 bytes: a longer tag is refused", () => {
  for (const extranonceSize of [0, 1, 16, 20, 32]) {
    const room = scriptSigTagRoom(extranonceSize);
    const prefix = { coinbasePrefix: new Uint8Array(8) };
    const fits = { extranonceSize, scriptSigTags: { pool: "x".repeat(room) } };
    const { stripped } = assembleCoinbase(parts(fits, prefix));
    const scriptLength = stripped.prefix[41] ?? 0;
    ok(scriptLength <= 100 && (room < 69 ? scriptLength === 100 : true));
    const tooLong = { extranonceSize, scriptSigTags: { pool: "x".repeat(room), miner: "y" } };
    throws(() => assembleCoinbase(parts(tooLong, prefix)), UsageError);
  }
});

Deno.test("MIN-11 an extranonce above 32 bytes is refused", () => {
  for (const extranonceSize of [33, 65_535, -1, 1.5]) {
    throws(() => assembleCoinbase(parts({ extranonceSize })), UsageError);
  }
});

Deno.test("TDP-14 a prefix of 9 to 255 bytes is refused", () => {
  for (let length = 0; length <= 255; length++) {
    const template = { coinbasePrefix: new Uint8Array(length) };
    if (length <= 8) assembleCoinbase(parts({}, template));
    else misdeed("coinbase-prefix-too-long", template);
  }
});

Deno.test("TDP-15 a count that does not match the outputs is refused", () => {
  for (const coinbaseTxOutputsCount of [0, 2, 0xffff_ffff]) {
    misdeed("coinbase-outputs-mismatch", { coinbaseTxOutputsCount });
  }
  misdeed("coinbase-outputs-mismatch", { coinbaseTxOutputs: new Uint8Array(8) });
  const none = { coinbaseTxOutputs: new Uint8Array(), coinbaseTxOutputsCount: 0 };
  assembleCoinbase(parts({}, none));
});

Deno.test("TDP-16 payouts above the value remaining are refused", () => {
  const pay = (...values: bigint[]) => ({
    payoutOutputs: values.map((value) => ({ value, scriptPubKey: Uint8Array.of(0x51) })),
  });
  const leaves = (coinbaseTxValueRemaining: bigint) => ({ coinbaseTxValueRemaining });
  assembleCoinbase(parts(pay(3n, 2n), leaves(5n)));
  assembleCoinbase(parts(pay(0n), leaves(0n)));
  throws(() => assembleCoinbase(parts(pay(3n, 3n), leaves(5n))), UsageError);
  throws(() => assembleCoinbase(parts(pay(1n), leaves(0n))), UsageError);
  throws(() => assembleCoinbase(parts(pay(7n, -3n), leaves(5n))), UsageError);
  throws(() => assembleCoinbase(parts(pay(1n << 63n, 1n << 63n), leaves(5n))), UsageError);
});

Deno.test("TDP-16 a value remaining above all the coins there are is refused", () => {
  for (const coinbaseTxValueRemaining of [1n << 63n, (1n << 64n) - 1n, 2_100_000_000_000_001n]) {
    misdeed("coinbase-value-out-of-range", { coinbaseTxValueRemaining });
  }
});

Deno.test("a coinbase that SubmitSolution could not carry is refused", () => {
  const large = { value: 0n, scriptPubKey: new Uint8Array(65_000) };
  const coinbaseTxOutputs = encodeOutput(large);
  assembleCoinbase(parts({}, { coinbaseTxOutputs }));
  const more = encodeOutput({ value: 0n, scriptPubKey: new Uint8Array(65_500) });
  misdeed("coinbase-too-large", { coinbaseTxOutputs: more });
});

function misdeed(code: string, template: Partial<CoinbaseTemplate>): void {
  throws(
    () => assembleCoinbase(parts({}, template)),
    (error) => error instanceof PeerError && error.code === code,
  );
}

function parts(
  overrides: Partial<CoinbaseParts> = {},
  template: Partial<CoinbaseTemplate> = {},
): CoinbaseParts {
  return {
    template: {
      coinbaseTxVersion: 2,
      coinbasePrefix: Uint8Array.of(0x52, 0),
      coinbaseTxInputSequence: 0xffff_ffff,
      coinbaseTxValueRemaining: 5_000_000_000n,
      coinbaseTxOutputsCount: template.coinbaseTxOutputs?.length === 0 ? 0 : 1,
      coinbaseTxOutputs: encodeOutput(witnessCommitmentOutput([])),
      coinbaseTxLocktime: 0,
      ...template,
    },
    payoutOutputs: [{ value: 5_000_000n, scriptPubKey: Uint8Array.of(0x51) }],
    scriptSigTags: {},
    extranonceSize: 20,
    ...overrides,
    ...(template.coinbaseTxValueRemaining !== undefined && overrides.payoutOutputs === undefined
      ? { payoutOutputs: [] }
      : {}),
  };
}

function partsOf(job: typeof vectors.jobs[number]): CoinbaseParts {
  const { template, coinbase_reward_output: reward } = job;
  return {
    template: {
      coinbaseTxVersion: template.coinbase_tx_version,
      coinbasePrefix: bytesFromHex(template.coinbase_prefix),
      coinbaseTxInputSequence: template.coinbase_tx_input_sequence,
      coinbaseTxValueRemaining: BigInt(template.coinbase_tx_value_remaining),
      coinbaseTxOutputsCount: template.coinbase_tx_outputs_count,
      coinbaseTxOutputs: bytesFromHex(template.coinbase_tx_outputs),
      coinbaseTxLocktime: template.coinbase_tx_locktime,
    },
    payoutOutputs: [{ value: BigInt(reward.value), scriptPubKey: bytesFromHex(reward.script) }],
    scriptSigTags: { pool: job.pool_tag ?? "", miner: job.miner_tag ?? "" },
    extranonceSize: job.full_extranonce_size,
  };
}

/** Any honest template with any payout that it can bear. */
function allParts() {
  const u32 = fc.nat({ max: 0xffff_ffff });
  const output: fc.Arbitrary<TxOutput> = fc.record({
    value: fc.bigInt({ min: 0n, max: 1_000_000n }),
    scriptPubKey: fc.uint8Array({ maxLength: 34 }).filter(([opcode]) => opcode !== 0x6a),
  });
  return fc.record({
    segwit: fc.boolean(),
    version: u32,
    prefix: fc.uint8Array({ maxLength: 8 }),
    sequence: u32,
    locktime: u32,
    spare: fc.bigInt({ min: 0n, max: 1_000_000n }),
    ofTemplate: fc.array(output, { maxLength: 4 }),
    payoutOutputs: fc.array(output, { maxLength: 300 }),
    pool: fc.string({ maxLength: 20, unit: "binary-ascii" }),
    miner: fc.string({ maxLength: 20, unit: "binary-ascii" }),
    extranonce: fc.uint8Array({ maxLength: 32 }),
  }).map(({ segwit, ofTemplate, payoutOutputs, extranonce, ...rest }) => {
    const outputs = segwit ? [...ofTemplate, witnessCommitmentOutput([])] : ofTemplate;
    const paid = payoutOutputs.reduce((sum, { value }) => sum + value, 0n);
    return {
      segwit,
      extranonce,
      parts: {
        template: {
          coinbaseTxVersion: rest.version,
          coinbasePrefix: rest.prefix,
          coinbaseTxInputSequence: rest.sequence,
          coinbaseTxValueRemaining: paid + rest.spare,
          coinbaseTxOutputsCount: outputs.length,
          coinbaseTxOutputs: concatBytes(...outputs.map(encodeOutput)),
          coinbaseTxLocktime: rest.locktime,
        },
        payoutOutputs,
        scriptSigTags: { pool: rest.pool, miner: rest.miner },
        extranonceSize: extranonce.length,
      },
    };
  });
}

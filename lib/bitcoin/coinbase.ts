import { DecodeError, PeerError, UsageError } from "../errors.ts";
import { concatBytes, u32Bytes } from "./bytes.ts";
import { encodeCompactSize } from "./compact_size.ts";
import { decodeOutputs, encodeOutput, encodeWitness, type TxOutput } from "./transaction.ts";
import { hasWitnessCommitment, WITNESS_RESERVED_VALUE } from "./witness_commitment.ts";

/** The fields of NewTemplate that a coinbase is made from. A decoded message fits as it is. */
export interface CoinbaseTemplate {
  readonly coinbaseTxVersion: number;
  readonly coinbasePrefix: Uint8Array;
  readonly coinbaseTxInputSequence: number;
  readonly coinbaseTxValueRemaining: bigint;
  readonly coinbaseTxOutputsCount: number;
  readonly coinbaseTxOutputs: Uint8Array;
  readonly coinbaseTxLocktime: number;
}

/** What goes into a coinbase; the extranonce is left out of it, and comes from each share. */
export interface CoinbaseParts {
  readonly template: CoinbaseTemplate;
  /** First in the coinbase, in this order; the template's outputs follow. */
  readonly payoutOutputs: readonly TxOutput[];
  /** Who made the block, for all to read: `Sv2/<pool>/<miner>/`. */
  readonly scriptSigTags: ScriptSigTags;
  /** Bytes of the full extranonce, prefixes included: `[0, 32]`. */
  readonly extranonceSize: number;
}

/**
 * Names in the coinbase's script, UTF-8, after the height; an absent one leaves its place empty.
 */
export interface ScriptSigTags {
  readonly pool?: string;
  readonly miner?: string;
}

/** A coinbase cut where the extranonce goes: `prefix || extranonce || suffix`. */
export interface CoinbaseHalves {
  readonly prefix: Uint8Array;
  readonly suffix: Uint8Array;
}

/** One coinbase in the two forms that Sv2 wants. */
export interface Coinbase {
  /** Without witness: what is hashed, and what NewExtendedMiningJob carries. SV2 §3.7.1 */
  readonly stripped: CoinbaseHalves;
  /**
   * As it stands in a block, for SubmitSolution and DeclareMiningJob. The same as `stripped` if
   * the template commits to no witnesses, for then a block with one is invalid. SV2 §3.7.2, §3.7.3
   */
  readonly full: CoinbaseHalves;
}

/** Longest extranonce, prefixes included. SV2 §5.1.2.1 */
export const MAX_EXTRANONCE_SIZE = 32;

/** Longest `coinbase_prefix` that a template may have. SV2 §7.2 */
export const MAX_COINBASE_PREFIX = 8;

/** Longest script that consensus allows in a coinbase's input. */
export const MAX_SCRIPT_SIG = 100;

/**
 * The coinbase for a template.
 *
 * Its script is `coinbase_prefix`, a push of the tag, the opcode that pushes the extranonce, and
 * the extranonce. Only the first part is in the specification, the rest is the reference
 * implementation's way, which pool explorers know.
 *
 * @throws {PeerError} If the template provider's part is unusable: `coinbase-prefix-too-long`,
 * `coinbase-value-out-of-range`, `coinbase-outputs-mismatch`, `coinbase-too-large`.
 * @throws {UsageError} If ours is: payouts above the value remaining, tags or an extranonce that
 * make the script longer than 100 bytes. See {@link scriptSigTagRoom}.
 * @see SV2 §7.2, §5.3.16
 */
export function assembleCoinbase(parts: CoinbaseParts): Coinbase {
  const { template, payoutOutputs } = parts;
  const outputs = [...payoutOutputs, ...templateOutputs(template)];
  refuseOverspending(payoutOutputs, template.coinbaseTxValueRemaining);
  const script = scriptSigHead(parts);

  const version = u32Bytes(template.coinbaseTxVersion);
  const input = concatBytes(
    INPUT_OF_NOTHING,
    encodeCompactSize(script.length + parts.extranonceSize),
    script,
  );
  const tail = concatBytes(
    u32Bytes(template.coinbaseTxInputSequence),
    encodeCompactSize(outputs.length),
    ...outputs.map(encodeOutput),
  );
  const locktime = u32Bytes(template.coinbaseTxLocktime);

  const stripped = { prefix: concatBytes(version, input), suffix: concatBytes(tail, locktime) };
  const full = hasWitnessCommitment(outputs)
    ? {
      prefix: concatBytes(version, SEGWIT_MARKER, input),
      suffix: concatBytes(tail, WITNESS, locktime),
    }
    : stripped;
  const size = full.prefix.length + parts.extranonceSize + full.suffix.length;
  if (size > MAX_ON_WIRE) throw new PeerError("coinbase-too-large", "7.2");
  return { stripped, full };
}

/** Bytes that the two tags may have together, in UTF-8, with an extranonce of `extranonceSize`. */
export function scriptSigTagRoom(extranonceSize: number): number {
  const room = MAX_SCRIPT_SIG - MAX_COINBASE_PREFIX - 1 - extranonceSize - 1;
  return Math.min(room, MAX_PUSH) - tagBytes({}).length;
}

/** `prefix || extranonce || suffix`: the coinbase that was mined. */
export function joinCoinbase(halves: CoinbaseHalves, extranonce: Uint8Array): Uint8Array {
  return concatBytes(halves.prefix, extranonce, halves.suffix);
}

/**
 * The halves without marker, flag and witness, for a peer that sent them with.
 *
 * @param halves Peer-controlled.
 * @returns `undefined` if they hold no witness of one 32-byte item: then they are stripped.
 * @see SV2 §3.7.1
 */
export function stripCoinbase({ prefix, suffix }: CoinbaseHalves): CoinbaseHalves | undefined {
  const at = suffix.length - WITNESS.length - LOCKTIME_SIZE;
  // A count of inputs of 0 followed by the flag: no other coinbase starts so.
  if (prefix[4] !== 0 || prefix[5] !== 1 || suffix[at] !== 1 || suffix[at + 1] !== 32) {
    return undefined;
  }
  return {
    prefix: concatBytes(prefix.subarray(0, 4), prefix.subarray(6)),
    suffix: concatBytes(suffix.subarray(0, at), suffix.subarray(-LOCKTIME_SIZE)),
  };
}

const MAX_MONEY = 2_100_000_000_000_000n;
const MAX_ON_WIRE = 0xffff;
const MAX_PUSH = 75;
const LOCKTIME_SIZE = 4;
const SEGWIT_MARKER = Uint8Array.of(0x00, 0x01);
const WITNESS = encodeWitness([WITNESS_RESERVED_VALUE]);

/** One input, which spends output 0xffffffff of transaction zero. */
const INPUT_OF_NOTHING = concatBytes(
  Uint8Array.of(1),
  new Uint8Array(32),
  new Uint8Array(4).fill(0xff),
);

function templateOutputs(template: CoinbaseTemplate): TxOutput[] {
  try {
    return decodeOutputs(template.coinbaseTxOutputs, template.coinbaseTxOutputsCount);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new PeerError("coinbase-outputs-mismatch", "7.2", { cause: error });
  }
}

function refuseOverspending(payouts: readonly TxOutput[], remaining: bigint): void {
  if (remaining > MAX_MONEY) throw new PeerError("coinbase-value-out-of-range", "7.2");
  const sum = payouts.reduce((total, { value }) => total + value, 0n);
  if (payouts.some(({ value }) => value < 0n) || sum > remaining) {
    throw new UsageError(`Cannot pay ${sum} satoshis: the template leaves ${remaining}`);
  }
}

/** The script up to the extranonce. */
function scriptSigHead({ template, scriptSigTags, extranonceSize }: CoinbaseParts): Uint8Array {
  const { coinbasePrefix } = template;
  if (coinbasePrefix.length > MAX_COINBASE_PREFIX) {
    throw new PeerError("coinbase-prefix-too-long", "7.2");
  }
  if (
    !Number.isInteger(extranonceSize) || extranonceSize < 0 || extranonceSize > MAX_EXTRANONCE_SIZE
  ) {
    throw new UsageError(`Cannot make an extranonce of ${extranonceSize} bytes`);
  }
  const tag = tagBytes(scriptSigTags);
  const script = concatBytes(
    coinbasePrefix,
    Uint8Array.of(tag.length),
    tag,
    Uint8Array.of(extranonceSize),
  );
  const length = script.length + extranonceSize;
  if (tag.length > MAX_PUSH || length > MAX_SCRIPT_SIG) {
    throw new UsageError(
      `Cannot fit a tag of ${tag.length} bytes: the script has ${length} of 100`,
    );
  }
  return script;
}

function tagBytes({ pool = "", miner = "" }: ScriptSigTags): Uint8Array {
  return new TextEncoder().encode(`Sv2/${pool}/${miner}/`);
}

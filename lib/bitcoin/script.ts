import { Address, OutScript } from "@scure/btc-signer";
import {
  hash160 as signerHash160,
  PubT,
  taprootTweakPubkey,
  validatePubkey,
} from "@scure/btc-signer/utils.js";
import { concatBytes } from "./bytes.ts";
import { encodeCompactSize } from "./compact_size.ts";
import { taggedHash } from "./hash.ts";
import type { NetworkParameters } from "./network.ts";

// The one door to @scure/btc-signer: what needs a curve or RIPEMD-160.

/** RIPEMD-160 of SHA-256, 20 bytes: what the older addresses hold. */
export function hash160(bytes: Uint8Array): Uint8Array {
  return signerHash160(bytes);
}

/** Whether `bytes` are a point on the curve: 32 (x only), 33 or 65 of them. */
export function isPublicKey(bytes: Uint8Array): boolean {
  try {
    validatePubkey(bytes, bytes.length === 32 ? PubT.schnorr : PubT.ecdsa);
    return true;
  } catch {
    return false;
  }
}

/**
 * The script that an address of this network stands for.
 *
 * @param text Anything at all; a person's or a peer's.
 * @returns `undefined` if it is no address, is one of another network, has a witness version whose
 * rules do not exist yet, holds no key, or can be spent by anyone.
 */
export function scriptOfAddressOn(
  network: NetworkParameters,
  text: string,
): Uint8Array | undefined {
  try {
    const address = Address({ ...network, wif: 0 }).decode(text);
    if (address.type === "p2a") return undefined;
    return OutScript.encode(address);
  } catch {
    return undefined;
  }
}

/**
 * The address of this network that pays to a script. Inverse of {@link scriptOfAddressOn}.
 *
 * @param script Anything at all.
 * @returns `undefined` if no address stands for it.
 */
export function addressOfScriptOn(
  network: NetworkParameters,
  script: Uint8Array,
): string | undefined {
  try {
    const output = OutScript.decode(script);
    return Address({ ...network, wif: 0 }).encode(output);
  } catch {
    return undefined;
  }
}

/** Script tree of a taproot output: a leaf's script, or two branches. */
export type TapTree = Uint8Array | readonly [TapTree, TapTree];

/**
 * The script that pays to `internalKey`, or to whoever meets a leaf of `tree`.
 *
 * @param internalKey 32 bytes, a valid x-only key.
 * @see BIP 341, BIP 386
 */
export function taprootScript(internalKey: Uint8Array, tree?: TapTree): Uint8Array {
  const root = tree === undefined ? new Uint8Array() : tapTreeHash(tree);
  const [outputKey] = taprootTweakPubkey(internalKey, root);
  return concatBytes(Uint8Array.of(0x51, 0x20), outputKey);
}

function tapTreeHash(tree: TapTree): Uint8Array {
  if (tree instanceof Uint8Array) {
    return taggedHash("TapLeaf", TAPSCRIPT, encodeCompactSize(tree.length), tree);
  }
  const [left, right] = [tapTreeHash(tree[0]), tapTreeHash(tree[1])];
  return left.toHex() < right.toHex()
    ? taggedHash("TapBranch", left, right)
    : taggedHash("TapBranch", right, left);
}

/** Version of the only leaves whose rules exist. `BIP 342` */
const TAPSCRIPT = Uint8Array.of(0xc0);

import { OperatorError } from "../errors.ts";
import { type Network, NETWORK_NAMES, NETWORKS } from "./network.ts";
import { addressOfScriptOn, scriptOfAddressOn } from "./script.ts";

/** What an address stands for, on the networks that it is an address of. */
export interface Payee {
  readonly scriptPubKey: Uint8Array;
  /** More than one for test networks, which share most of their addresses. */
  readonly networks: readonly Network[];
}

/**
 * Reads an address: base58check, bech32 or bech32m.
 *
 * @param text Anything at all; `user_identity` is a peer's.
 * @returns `undefined` if it is no address, or one whose coins nobody or anybody could spend.
 * @see BIP 173, BIP 350
 */
export function parseAddress(text: string): Payee | undefined {
  const scripts = NETWORK_NAMES.map((name) => scriptOfAddressOn(NETWORKS[name], text));
  const scriptPubKey = scripts.find((script) => script !== undefined);
  if (scriptPubKey === undefined) return undefined;
  return { scriptPubKey, networks: NETWORK_NAMES.filter((_, at) => scripts[at] !== undefined) };
}

/**
 * The script that pays to `address`.
 *
 * @throws {OperatorError} If it is no address, or one of another network. Never quotes it: it may
 * be a key, pasted into the wrong place.
 */
export function scriptOfAddress(address: string, network: Network): Uint8Array {
  const payee = parseAddress(address);
  if (payee === undefined) {
    throw new OperatorError("config", "Cannot pay to this address: it is not a valid one");
  }
  if (!payee.networks.includes(network)) {
    const theirs = payee.networks.join(", ");
    throw new OperatorError(
      "config",
      `Cannot pay to this address on ${network}: it is an address of ${theirs}`,
    );
  }
  return payee.scriptPubKey;
}

/**
 * The address that pays to `scriptPubKey`, for people to read.
 *
 * @param scriptPubKey Anything at all; a peer's.
 * @returns `undefined` if no address stands for it.
 */
export function addressOfScript(scriptPubKey: Uint8Array, network: Network): string | undefined {
  const parameters = NETWORKS[network];
  const address = addressOfScriptOn(parameters, scriptPubKey);
  // What is like an address but not one that would be paid to is better shown as it is.
  return address !== undefined && scriptOfAddressOn(parameters, address) !== undefined
    ? address
    : undefined;
}

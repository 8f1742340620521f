/** A Bitcoin network, as configured. */
export type Network = keyof typeof NETWORKS;

/** What tells one network's addresses from another's. */
export interface NetworkParameters {
  /** Part before the `1` in addresses of `BIP 173`. */
  readonly bech32: string;
  /** First byte of a base58check address that pays to a key's hash. */
  readonly pubKeyHash: number;
  /** First byte of a base58check address that pays to a script's hash. */
  readonly scriptHash: number;
}

/** Test networks share their addresses; only regtest has a bech32 prefix of its own. */
export const NETWORKS = {
  mainnet: { bech32: "bc", pubKeyHash: 0x00, scriptHash: 0x05 },
  testnet4: { bech32: "tb", pubKeyHash: 0x6f, scriptHash: 0xc4 },
  signet: { bech32: "tb", pubKeyHash: 0x6f, scriptHash: 0xc4 },
  regtest: { bech32: "bcrt", pubKeyHash: 0x6f, scriptHash: 0xc4 },
} as const satisfies Record<string, NetworkParameters>;

/** All networks, in the order in which they are named to a person. */
export const NETWORK_NAMES: readonly Network[] = ["mainnet", "testnet4", "signet", "regtest"];

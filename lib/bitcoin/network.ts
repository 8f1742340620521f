/** A Bitcoin network, as configured. */
export type Network = keyof typeof NETWORKS;

/** What tells one network from another. */
export interface NetworkParameters {
  /** Part before the `1` in addresses of `BIP 173`. */
  readonly bech32: string;
  /** First byte of a base58check address that pays to a key's hash. */
  readonly pubKeyHash: number;
  /** First byte of a base58check address that pays to a script's hash. */
  readonly scriptHash: number;
  /**
   * Hash of the first block, as people read it and as `getblockhash 0` gives it. All signets share it,
   * whatever their challenge; btcd's regtest has Bitcoin Core's.
   */
  readonly genesisHash: string;
}

/** Test networks share their addresses; only regtest has a bech32 prefix of its own. */
export const NETWORKS = {
  mainnet: {
    bech32: "bc",
    pubKeyHash: 0x00,
    scriptHash: 0x05,
    genesisHash: "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f",
  },
  testnet4: {
    bech32: "tb",
    pubKeyHash: 0x6f,
    scriptHash: 0xc4,
    genesisHash: "00000000da84f2bafbbc53dee25a72ae507ff4914b867c565be350b0da8bf043",
  },
  signet: {
    bech32: "tb",
    pubKeyHash: 0x6f,
    scriptHash: 0xc4,
    genesisHash: "00000008819873e925422c1ff0f99f7cc9bbb232af63a077a480a3633bee1ef6",
  },
  regtest: {
    bech32: "bcrt",
    pubKeyHash: 0x6f,
    scriptHash: 0xc4,
    genesisHash: "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206",
  },
} as const satisfies Record<string, NetworkParameters>;

/** All networks, in the order in which they are named to a person. */
export const NETWORK_NAMES: readonly Network[] = ["mainnet", "testnet4", "signet", "regtest"];

/** Networks that are not supported, by their {@link NetworkParameters.genesisHash}. */
const OTHERS: Readonly<Record<string, string>> = {
  "000000000933ea01ad0ee984209779baaec3ced90fa3f408719526f8d77f4943": "testnet3",
  "683e86bd5c6d110d91b94b97137ba6bfe02dbbdb8e3dff722a669b5d69d77af6": "simnet",
};

/**
 * What a network is called, for a person who configured another one.
 *
 * @param genesisHash As people read it; a node's, so anything at all.
 */
export function networkNamed(genesisHash: string): string {
  return NETWORK_NAMES.find((name) => NETWORKS[name].genesisHash === genesisHash) ??
    OTHERS[genesisHash] ?? "an unknown network";
}

import { strictEqual } from "node:assert/strict";
import { bytesFromHex } from "./bytes.ts";
import { blockHash, displayHash } from "./header.ts";
import { type Network, NETWORK_NAMES, networkNamed, NETWORKS } from "./network.ts";

/** What each network's first block says, its merkle root as people read it. */
const GENESIS: Readonly<Record<Network, readonly [number, number, number, string]>> = {
  mainnet: [1_231_006_505, 0x1d00_ffff, 2_083_236_893, "4a5e1e4b"],
  testnet4: [1_714_777_860, 0x1d00_ffff, 393_743_547, "7aa0a7ae"],
  signet: [1_598_918_400, 0x1e03_77ae, 52_613_770, "4a5e1e4b"],
  regtest: [1_296_688_602, 0x207f_ffff, 2, "4a5e1e4b"],
};
const MERKLE_ROOTS: Readonly<Record<string, string>> = {
  "4a5e1e4b": "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b",
  "7aa0a7ae": "7aa0a7ae1e223414cb807e40cd57e667b718e42aaf9306db9102fe28912b7b4e",
};

for (const name of NETWORK_NAMES) {
  Deno.test(`NETWORKS has the hash of ${name}'s first block`, () => {
    const [time, nBits, nonce, root] = GENESIS[name];
    const header = {
      version: 1,
      prevHash: new Uint8Array(32),
      merkleRoot: bytesFromHex(MERKLE_ROOTS[root] ?? "").reverse(),
      time,
      nBits,
      nonce,
    };
    strictEqual(displayHash(blockHash(header)), NETWORKS[name].genesisHash);
  });
}

Deno.test("networkNamed() names what a node is on, also where that is not supported", () => {
  strictEqual(networkNamed(NETWORKS.signet.genesisHash), "signet");
  strictEqual(
    networkNamed("000000000933ea01ad0ee984209779baaec3ced90fa3f408719526f8d77f4943"),
    "testnet3",
  );
  strictEqual(networkNamed("00".repeat(32)), "an unknown network");
});

import type { Network } from "../../bitcoin/network.ts";

/**
 * Where `-ipcbind=unix` puts the socket of a node with this data directory. Signets with a challenge of
 * their own share one place.
 *
 * @param dataDirectory The node's `-datadir`, without the network's part.
 */
export function socketPath(dataDirectory: string, network: Network): string {
  const directory = dataDirectory.replace(/(?<=.)\/+$/, "");
  return network === "mainnet" ? `${directory}/node.sock` : `${directory}/${network}/node.sock`;
}

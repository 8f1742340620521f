import { type Network, networkNamed, NETWORKS } from "../../bitcoin/network.ts";
import { OperatorError } from "../../errors.ts";
import type { Log } from "../../telemetry/log.ts";
import type { Session } from "./session.ts";

/** A challenge that every block satisfies: OP_TRUE. */
const OPEN_CHALLENGE = "51";

/**
 * Makes sure that the node is on the network that is configured: by its first block, or, where the node
 * cannot be asked for that, by whether it is mainnet.
 *
 * @throws {OperatorError} `config`, naming both.
 */
export async function checkNetwork(session: Session, network: Network, log: Log): Promise<void> {
  const { mining, genesisHash, threads: { calls } } = session;
  if (genesisHash === undefined) {
    const isTest = await mining.isTestChain(calls);
    if (isTest !== (network !== "mainnet")) {
      throw otherNetwork(isTest ? "a test network" : "mainnet", network);
    }
  } else if (genesisHash !== NETWORKS[network].genesisHash) {
    throw otherNetwork(networkNamed(genesisHash), network);
  }
  if (network === "signet") await warnOfChallenge(session, log);
}

/**
 * The blocks of a signet have to be signed by whoever made its challenge. That is not done here: their
 * templates are made and mined on, and the node refuses what is found, `bad-signet-blksig`.
 */
async function warnOfChallenge({ rpc, threads }: Session, log: Log): Promise<void> {
  const challenge = rpc && (await rpc.chainInfo(threads.calls)).signetChallenge;
  if (challenge === OPEN_CHALLENGE) return;
  log.warn("signet.unsigned", {
    challenge: challenge ?? "unknown",
    hint:
      "blocks of a signet must be signed, which this program does not do: the node will refuse " +
      `those that are found, unless its signetchallenge is ${OPEN_CHALLENGE}`,
  });
}

function otherNetwork(theirs: string, ours: Network): OperatorError {
  return new OperatorError(
    "config",
    `it is on ${theirs}, and this program is configured for ${ours}; change one of them`,
  );
}

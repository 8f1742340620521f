import { DecodeError } from "../../errors.ts";
import type { NodeHealth } from "../node.ts";
import type { CallLimits, RpcClient } from "./client.ts";
import { Fields } from "./fields.ts";
import { garbage } from "./faults.ts";

const MAX_HEIGHT = 2 ** 31 - 1;
const U32 = 0xffff_ffff;

/**
 * Asks how the node is.
 *
 * @throws {OperatorError} If it cannot be reached.
 */
export async function nodeHealth(
  client: RpcClient,
  name: string,
  limits: CallLimits,
): Promise<NodeHealth> {
  const [info, peers] = await Promise.all([
    client.call("getblockchaininfo", [], limits),
    client.call("getconnectioncount", [], limits),
  ]);
  try {
    const chain = new Fields(info, "getblockchaininfo");
    const blocks = chain.integer("blocks", MAX_HEIGHT);
    const headers = chain.integer("headers", MAX_HEIGHT);
    const tip = await client.call("getblockheader", [chain.hash("bestblockhash")], limits);
    return {
      blocks,
      headers,
      // btcd does not say; it refuses to make templates meanwhile.
      initialDownload: chain.has("initialblockdownload")
        ? chain.get("initialblockdownload") === true
        : blocks < headers,
      peers: new Fields({ peers }, "getconnectioncount").integer("peers", U32),
      tipTime: new Fields(tip, "getblockheader").integer("time", U32),
    };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw garbage(name, "getblockchaininfo", `${error.path} is ${error.code}`);
  }
}

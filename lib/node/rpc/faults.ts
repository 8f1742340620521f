import { OperatorError } from "../../errors.ts";

/** What HTTP statuses say by themselves, and what a person can do about it. */
export const HTTP_FAULTS: Readonly<Record<number, string>> = {
  301: redirect(301),
  302: redirect(302),
  307: redirect(307),
  308: redirect(308),
  401:
    "it refuses the user or the password (HTTP 401); take its cookie file, or what its rpcuser " +
    "and rpcpassword, or rpcauth, are set to",
  403:
    "it refuses us (HTTP 403); add this computer's address to its rpcallowip, and the method to " +
    "its rpcwhitelist if it has one",
  503:
    "it has too much to do (HTTP 503, work queue depth exceeded); raise its rpcworkqueue, or find " +
    "out who else asks it so much",
};

// Error codes of Bitcoin Core, which btcd shares.
const CODES: Readonly<Record<number, string>> = {
  [-9]: "it has no connection to other nodes; look at its network settings",
  [-10]: "it is still downloading blocks; wait until it is in sync",
  [-28]: "it is starting",
  [-32601]: "it has no such method; is it a Bitcoin node?",
};

/** What a node's error means for whoever runs it. */
export function faultOf(
  name: string,
  method: string,
  { code, message }: { readonly code: number; readonly message: string },
): OperatorError {
  // Bitcoin Core has one code for both.
  const known = message === "Shutting down" ? "it is being stopped" : CODES[code];
  const why = known === undefined
    ? `it says "${message}" (error ${code})`
    : `${known} ("${message}", error ${code})`;
  return new OperatorError("peer", `Cannot call ${method} of ${name}: ${why}`);
}

/** What was answered makes no sense. */
export function garbage(name: string, method: string, reason: string): OperatorError {
  return new OperatorError(
    "peer",
    `Cannot use what ${name} answers to ${method}: ${reason}; is this the RPC port of a Bitcoin node?`,
  );
}

function redirect(status: number): string {
  return `it answers with a redirect (HTTP ${status}), which is not followed; name the node's own address`;
}

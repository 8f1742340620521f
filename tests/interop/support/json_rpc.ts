import { request } from "node:https";

/** What a node said instead of an answer. */
export class RpcFault extends Error {
  override readonly name = "RpcFault";

  constructor(readonly method: string, readonly code: number, readonly said: string) {
    super(`${method}: ${said} (${code})`);
  }
}

/** Where a node takes calls, and how it knows that they are ours. */
export interface RpcAddress {
  readonly url: string;
  /** `user:password`, asked for each time: a node that starts anew may have another. */
  readonly credentials: () => string;
  /** Certificate of a node that speaks TLS and vouches for itself, PEM. */
  readonly certificate?: () => string;
}

/** Milliseconds after which a node does not answer any more. */
const PATIENCE_MS = 60_000;

/**
 * Calls a node. The answer is as its documentation says; nobody checks.
 *
 * @throws {RpcFault} If the node refuses. @throws {Error} If it cannot be reached.
 */
export async function callNode<T>(
  at: RpcAddress,
  method: string,
  params: readonly unknown[],
): Promise<T> {
  const body = JSON.stringify({ jsonrpc: "1.0", id: 1, method, params });
  const text = await (at.certificate === undefined ? overHttp : overTls)(at, body);
  let answer: { result: T; error: { code: number; message: string } | null };
  try {
    answer = JSON.parse(text);
  } catch {
    throw new Error(`${method}: the node answered ${JSON.stringify(text.slice(0, 200))}`);
  }
  if (answer.error) throw new RpcFault(method, answer.error.code, answer.error.message);
  return answer.result;
}

function headersOf({ credentials }: RpcAddress): Record<string, string> {
  return { authorization: `Basic ${btoa(credentials())}`, "content-type": "application/json" };
}

async function overHttp(at: RpcAddress, body: string): Promise<string> {
  const answer = await fetch(at.url, {
    method: "POST",
    headers: headersOf(at),
    body,
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  return await answer.text();
}

/** By Node's client, which takes a certificate that is its own authority, as btcd makes them. */
function overTls(at: RpcAddress, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request(at.url, {
      method: "POST",
      headers: headersOf(at),
      ca: at.certificate?.(),
      timeout: PATIENCE_MS,
    }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (part: string) => text += part);
      answer.on("end", () => resolve(text));
      answer.on("error", reject);
    });
    call.on("timeout", () => call.destroy(new Error("no answer")));
    call.on("error", reject);
    call.end(body);
  });
}

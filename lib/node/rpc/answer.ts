/** What a JSON-RPC server answered; all of it is the server's to choose. */
export type Answer =
  | { readonly type: "result"; readonly result: unknown }
  /** The call failed. `message` is cut to a length for logs. */
  | { readonly type: "refused"; readonly code: number; readonly message: string }
  /** That was no answer. */
  | { readonly type: "garbage"; readonly reason: string };

const MAX_MESSAGE = 300;

/** Reads an answer's body. */
export function answerOf(body: Uint8Array): Answer {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(body));
  } catch {
    return { type: "garbage", reason: "it is not JSON" };
  }
  if (typeof value !== "object" || value === null) return NO_RPC;
  const { result, error } = value as { readonly result?: unknown; readonly error?: unknown };
  if (typeof error === "object" && error !== null) {
    const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
    if (typeof code !== "number" || typeof message !== "string") return NO_RPC;
    return { type: "refused", code, message: message.slice(0, MAX_MESSAGE) };
  }
  return result === undefined ? NO_RPC : { type: "result", result };
}

const NO_RPC: Answer = { type: "garbage", reason: "it is JSON, but not JSON-RPC" };

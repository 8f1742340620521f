/** What the other side makes of its failure. */
export type RemoteFailure = "failed" | "overloaded" | "disconnected" | "unimplemented";

/** The failures as the protocol numbers them. */
export const REMOTE_FAILURES = ["failed", "overloaded", "disconnected", "unimplemented"] as const;

/** A call that the other side could not do. The connection lives on, unless it is `disconnected`. */
export class RemoteError extends Error {
  override readonly name = "RemoteError";

  constructor(
    readonly kind: RemoteFailure,
    /** The other side's words, at most {@link MAX_REASON} characters of them. */
    message: string,
  ) {
    super(message.length > MAX_REASON ? `${message.slice(0, MAX_REASON)}…` : message);
  }
}

/** A person reads no more, and a log line should not hold more. */
const MAX_REASON = 500;

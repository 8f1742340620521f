/**
 * Every error this program throws. There are four, because a caller can do four things: drop the
 * peer ({@link DecodeError}), answer or drop the peer ({@link PeerError}), fix its own call
 * ({@link UsageError}), or tell the person at the keyboard ({@link OperatorError}).
 *
 * @module
 */

/** The peer's bytes do not form a message. Always the peer's fault; the host hangs up. */
export class DecodeError extends Error {
  override readonly name = "DecodeError";

  constructor(
    /** What was wrong, stable for tests and metrics. */
    readonly code: "truncated" | "too-long" | "too-large" | "malformed" | "unauthentic",
    /** Field that failed, as the specification names it: `"OpenStandardMiningChannel.max_target"`. */
    readonly path: string,
    /** Byte in the payload where reading stopped. */
    readonly offset: number,
    /** `detail`: what is wrong with it in words, where the code says too little. */
    options: { readonly detail?: string } = {},
  ) {
    super(`Cannot decode ${path} at byte ${offset}: ${options.detail ?? code}`);
  }
}

/** The peer sent well-formed bytes that the protocol forbids here. */
export class PeerError extends Error {
  override readonly name = "PeerError";

  constructor(
    /** Which rule was broken: kebab-case, stable for tests, logs and metrics. */
    readonly code: string,
    /** Section of the specification that has the rule. */
    readonly spec: string,
    options?: ErrorOptions,
  ) {
    super(`Peer broke SV2 §${spec}: ${code}`, options);
  }
}

/** We asked ourselves for what cannot be done. Never a peer's doing: a fault in this program. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** What anything thrown has to say for itself, in a line; for logs, and behind what we say of it. */
export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The same with the stack, where there is one: for faults of this program. */
export function traceOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.stack ?? thrown.message : String(thrown);
}

/** Exit codes by who has to act. */
export const EXIT = { ok: 0, failure: 1, usage: 2, config: 3, peer: 4, test: 5 } as const;

/** What the person who runs the program has to know and do. Printed as one line, without a stack. */
export class OperatorError extends Error {
  override readonly name = "OperatorError";

  constructor(
    /** Decides the exit code, {@link EXIT}. */
    readonly kind: Exclude<keyof typeof EXIT, "ok">,
    /** What happened, where, and what to do. */
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

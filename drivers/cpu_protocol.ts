import type { FoundNonce, Work } from "./driver.ts";

/** What a thread is told. */
export type ToThread =
  /**
   * The first message. A 32-bit number that the teller raises by one before each message, this one
   * included: how a thread that hashes without a pause sees that there is word for it.
   */
  | { readonly type: "hello"; readonly told: SharedArrayBuffer }
  /** Find out how fast it is, for so many milliseconds after as many to warm up. */
  | { readonly type: "measure"; readonly ms: number }
  /** Drop everything, do this. */
  | { readonly type: "work"; readonly work: Work }
  /** Drop everything. */
  | { readonly type: "rest" }
  | { readonly type: "stop" };

/** What a thread says. */
export type FromThread =
  | { readonly type: "measured"; readonly hashRate: number }
  | { readonly type: "found"; readonly nonce: FoundNonce }
  /** So many hashes since it last said so, in so many milliseconds. */
  | { readonly type: "progress"; readonly hashes: number; readonly ms: number }
  /** The work is exhausted. */
  | { readonly type: "done"; readonly workId: number }
  | { readonly type: "stopped" };

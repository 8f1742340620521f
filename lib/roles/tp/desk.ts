import type { NodeTemplate } from "../../node/node.ts";
import type { Shape } from "./shape.ts";
import type { Work } from "./shelf.ts";

/**
 * What the template provider's machine wants of the world. Every call only takes note; the answer
 * comes later, as a call on the machine.
 */
export interface Desk {
  /** Whether orders of an empty template can be met. */
  readonly givesEmpty: boolean;
  /** Answered by `TpRole.templated` or `TpRole.untemplated`. */
  build(order: BuildOrder): void;
  /** Answered by `TpRole.gathered`. */
  gather(order: GatherOrder): void;
  /** To be made durable, then given to the node. Answered by `TpRole.judged`. */
  submit(found: FoundBlock): void;
}

/** Make a template. */
export interface BuildOrder {
  readonly shape: Shape;
  /** How many tips the machine had been told of: an answer to an old question is known by it. */
  readonly generation: number;
  /** One without transactions, since it is there sooner. Only where {@link Desk.givesEmpty}. */
  readonly empty: boolean;
}

/** Get a template's transactions. */
export interface GatherOrder {
  readonly work: Work;
  readonly peerId: number;
}

/** A solution that proves work on one of our templates. */
export interface FoundBlock {
  readonly template: NodeTemplate;
  readonly templateId: bigint;
  /** 80 bytes. */
  readonly header: Uint8Array;
  readonly hash: Uint8Array;
  /** With its witness. */
  readonly coinbase: Uint8Array;
  readonly peerId: number;
  /** `host:port` of who found it, for logs. */
  readonly address: string;
}

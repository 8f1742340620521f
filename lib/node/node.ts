/**
 * The port behind which Bitcoin is: a chain inside this process, Bitcoin Core over IPC, any node
 * over JSON-RPC. All of them pass the one suite in `conformance.ts`.
 *
 * A backend does nothing before {@link Node.run}. It tells what changed by {@link NodeEvent}s,
 * which carry no more than is needed to decide what to ask; templates are always asked for, since
 * each client has its own constraints.
 *
 * @module
 */

import type { Network } from "../bitcoin/network.ts";
import type { UnixSeconds } from "../time.ts";

/** A Bitcoin node, as those who make and solve blocks see it. */
export interface Node {
  /** Which node this is, for logs: `embedded`, `ipc:/run/bitcoin/node.sock`. Holds no secret. */
  readonly name: string;
  readonly network: Network;
  /**
   * Works until `signal` aborts: connects and reconnects, watches for tips and fees. Resolves when
   * nothing is left to do; what then is asked of the node fails. To be called once.
   *
   * @throws {OperatorError} If it can never work: no such file, another network, a wrong password.
   */
  run(signal: AbortSignal): Promise<void>;
  /** Calls `listener` with every event from now on. @returns What ends that. */
  subscribe(listener: (event: NodeEvent) => void): () => void;
  /**
   * The best block the node can make now.
   *
   * @throws {OperatorError} If the node cannot be reached, is not in sync, or refuses.
   */
  template(constraints: TemplateConstraints): Promise<NodeTemplate>;
  /**
   * A block without transactions, from nodes that have one sooner than a full one: for the moment after
   * a new tip, when miners would else go on with a lost block.
   *
   * @throws {OperatorError} As {@link Node.template}.
   */
  emptyTemplate?(constraints: TemplateConstraints): Promise<NodeTemplate>;
  /**
   * Gives the node a solved block. Asking again is harmless: the verdict is `known`.
   *
   * @throws {OperatorError} If there is no verdict, because the node cannot be reached, or not judge the
   * block yet.
   */
  submit(block: SolvedBlock): Promise<Verdict>;
  /** @throws {OperatorError} If the node cannot be reached. */
  health(): Promise<NodeHealth>;
}

/** Where solved blocks go: the node of the templates, and any other that shall have them too. */
export type BlockTarget = Pick<Node, "name" | "submit">;

/** What a node tells of its own accord. */
export type NodeEvent =
  /** New blocks must be built on `tip`: another block, or the same block with another `nBits`. */
  | { readonly type: "tip"; readonly tip: Tip }
  /** A template made now may pay more than one made before. Comes at most once a second. */
  | { readonly type: "fees" }
  /** Templates cannot be had for now; `reason` says why, for a person. */
  | { readonly type: "down"; readonly reason: string }
  /** Templates can be had. Also the first event of a node that was never down. */
  | { readonly type: "up"; readonly tip: Tip };

/** What the next block is built on. */
export interface Tip {
  /** Of the best block, 32 bytes in header order. */
  readonly hash: Uint8Array;
  /** Of the best block. */
  readonly height: number;
  /** Asked of the next block. */
  readonly nBits: number;
}

/** Room that is left for the client's coinbase. */
export interface TemplateConstraints {
  /** Weight units for header, count of transactions and coinbase together, from 2,000 to 4,000,000. */
  readonly reservedWeight: number;
  /** Of the block's 80,000, how much the coinbase's outputs may take. */
  readonly reservedSigops: number;
}

/** A block that lacks its coinbase and its proof of work. */
export interface NodeTemplate {
  readonly prevHash: Uint8Array;
  /** Of the block to be. */
  readonly height: number;
  readonly version: number;
  readonly nBits: number;
  /** When it was made, as the header may say it. */
  readonly time: UnixSeconds;
  /** The least that the header may say. */
  readonly minTime: UnixSeconds;
  readonly coinbase: TemplateCoinbase;
  /** Siblings of the coinbase, deepest first, 32 bytes each. */
  readonly merklePath: readonly Uint8Array[];
  /** Satoshis that the transactions pay, all together. */
  readonly fees: bigint;
  /** All but the coinbase, with witnesses, in block order. Asking again costs little. */
  transactions(): Promise<readonly Uint8Array[]>;
  /** The template is needed no more; a node that holds it for us may forget it. */
  release(): void;
}

/** What the coinbase must be like for the block to be valid. */
export interface TemplateCoinbase {
  readonly version: number;
  /** First bytes of the scriptSig, at most 8: the height, `BIP 34`. */
  readonly scriptSigPrefix: Uint8Array;
  readonly sequence: number;
  /** Satoshis, subsidy and fees, that the client's outputs may pay. */
  readonly valueRemaining: bigint;
  /** How many outputs {@link TemplateCoinbase.outputs} holds. */
  readonly outputCount: number;
  /** Outputs one after the other, to stand after the client's: the witness commitment. */
  readonly outputs: Uint8Array;
  readonly lockTime: number;
  /** The coinbase's only witness item, 32 bytes; undefined if the block needs none. */
  readonly witnessReserved: Uint8Array | undefined;
}

/** A block with its proof of work. */
export interface SolvedBlock {
  /** What it was made from. Unknown when it is submitted again after a restart. */
  readonly template: NodeTemplate | undefined;
  /** 80 bytes. */
  readonly header: Uint8Array;
  /** With its witness. */
  readonly coinbase: Uint8Array;
  /** All of it, as on disk and on the wire. */
  readonly block: Uint8Array;
}

/** What a node says to a block. */
export type Verdict =
  /** It is the new tip. */
  | { readonly outcome: "accepted" }
  /** The node had it. */
  | { readonly outcome: "known" }
  /** Nothing wrong so far, but another chain has more work. */
  | { readonly outcome: "side" }
  /** Invalid. The node's own word for it: `bad-txnmrklroot`, `high-hash`. */
  | { readonly outcome: "refused"; readonly reason: string };

/** Whether a node is fit to mine on. */
export interface NodeHealth {
  /** Validated blocks, so the height of the tip. */
  readonly blocks: number;
  /** Best header seen; more than {@link NodeHealth.blocks} while the node catches up. */
  readonly headers: number;
  readonly initialDownload: boolean;
  /** Connections to other nodes; undefined if this node has none by design. */
  readonly peers: number | undefined;
  /** What the tip's header says. */
  readonly tipTime: UnixSeconds;
}

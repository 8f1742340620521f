import type { Verdict } from "../node/node.ts";
import { UsageError } from "../errors.ts";
import type { UnixSeconds } from "../time.ts";
import { type BlockNode, blockNode, forkPoint, medianTimePast } from "./block_node.ts";
import { blockFault, contextFault, headerFault } from "./block_rules.ts";
import { type Change, Coins } from "./coins.ts";
import { connectBlock } from "./connect.ts";
import { genesisBlock } from "./genesis.ts";
import { hashBlock, type HashedBlock } from "./hashed.ts";
import type { ChainRules } from "./rules.ts";
import type { Place } from "./transaction_rules.ts";

/** Blocks below the tip that can be taken back. What is deeper is forgotten, but for its coins. */
export const MAX_REORG = 100;

/** Blocks off the best chain that are remembered at a time. */
const MAX_SIDE_BLOCKS = 256;

/** Ancestors that a rule may look at below the deepest fork: more than the difficulty's window. */
const LOOK_BACK = 32;

/** What a block did to the chain. */
export interface Acceptance {
  readonly verdict: Verdict;
  /** Blocks that left the best chain, the former tip first. */
  readonly disconnected: readonly HashedBlock[];
  /** Blocks that joined it, the new tip last. */
  readonly connected: readonly HashedBlock[];
}

/**
 * The embedded chain: a tree of blocks from regtest's genesis on, and the coins as of its best leaf,
 * which is the one with the most work, of equals the one that came first.
 *
 * Beyond Bitcoin Core's reasons it has two of its own, both bounds on memory: `fork-too-deep` for a
 * block more than {@link MAX_REORG} below the tip, `too-many-side-blocks`.
 */
export class Chain {
  readonly rules: ChainRules;
  readonly coins: Coins = new Coins();
  readonly #nodes = new Map<string, BlockNode>();
  readonly #blocks = new Map<string, HashedBlock>();
  /** How to take back each block of the best chain. */
  readonly #journals = new Map<string, readonly Change[]>();
  #tip: BlockNode;

  constructor(rules: ChainRules) {
    this.rules = rules;
    const genesis = hashBlock(genesisBlock());
    // Nobody can spend its coinbase: it was never among the coins.
    this.#tip = blockNode(genesis.header, undefined);
    this.#remember(this.#tip, genesis);
  }

  get tip(): BlockNode {
    return this.#tip;
  }

  /** Where the next block will be. */
  get next(): Place {
    return { height: this.#tip.height + 1, medianTime: medianTimePast(this.#tip) };
  }

  /**
   * Takes a block in, if it is valid.
   *
   * @param now For the rule that a block must not be from the future.
   */
  accept(block: HashedBlock, now: UnixSeconds): Acceptance {
    const node = blockNode(block.header, this.#nodes.get(block.header.prevHash.toHex()));
    const known = this.#nodes.get(node.key);
    if (known !== undefined) {
      return known.invalid ? refused("duplicate-invalid") : unchanged({ outcome: "known" });
    }
    const fault = blockFault(block) ?? this.#fault(block, node, now);
    if (fault !== undefined) return refused(fault);
    this.#remember(node, block);
    if (node.work <= this.#tip.work) return unchanged({ outcome: "side" });
    return this.#activate(node);
  }

  #fault(block: HashedBlock, node: BlockNode, now: UnixSeconds): string | undefined {
    const { parent } = node;
    if (parent === undefined) return "prev-blk-not-found";
    if (parent.invalid) return "bad-prevblk";
    if (this.#tip.height - parent.height > MAX_REORG) return "fork-too-deep";
    if (this.#nodes.size > MAX_REORG + LOOK_BACK + MAX_SIDE_BLOCKS) return "too-many-side-blocks";
    return headerFault(this.rules, block, parent, now) ?? contextFault(block, parent);
  }

  /** Makes `leaf` the tip; if a block on the way there turns out invalid, everything is as before. */
  #activate(leaf: BlockNode): Acceptance {
    const former = this.#tip;
    const fork = forkPoint(former, leaf);
    if (fork === undefined) return refused("fork-too-deep");
    const disconnected = between(fork, former).map((node) => this.#disconnect(node));
    const path = between(fork, leaf).toReversed();
    const connected: HashedBlock[] = [];
    for (const node of path) {
      const fault = node.invalid ? "bad-prevblk" : this.#connect(node);
      if (fault === undefined) {
        connected.push(this.#block(node));
        continue;
      }
      const bad = path.slice(path.indexOf(node));
      for (const descendant of bad) descendant.invalid = true;
      for (const done of between(fork, this.#tip)) this.#disconnect(done);
      for (const old of between(fork, former).toReversed()) this.#connect(old);
      return refused(node === leaf ? fault : "bad-prevblk");
    }
    this.#forget();
    return { verdict: { outcome: "accepted" }, disconnected, connected };
  }

  #connect(node: BlockNode): string | undefined {
    const { parent } = node;
    if (parent !== this.#tip) throw new UsageError("Cannot connect a block that is not next");
    const connection = connectBlock(this.#block(node), parent, this.coins);
    if (connection.fault !== undefined) return connection.fault;
    this.#journals.set(node.key, connection.journal);
    this.#tip = node;
    return undefined;
  }

  #disconnect(node: BlockNode): HashedBlock {
    const journal = this.#journals.get(node.key);
    if (node !== this.#tip || node.parent === undefined || journal === undefined) {
      throw new UsageError("Cannot disconnect a block that is not the tip");
    }
    this.coins.revert(journal);
    this.#journals.delete(node.key);
    this.#tip = node.parent;
    return this.#block(node);
  }

  #block(node: BlockNode): HashedBlock {
    const block = this.#blocks.get(node.key);
    if (block === undefined) throw new UsageError(`Cannot find the block ${node.key}`);
    return block;
  }

  #remember(node: BlockNode, block: HashedBlock): void {
    this.#nodes.set(node.key, node);
    this.#blocks.set(node.key, block);
  }

  /** Drops what is too deep to matter. */
  #forget(): void {
    const deepest = this.#tip.height - MAX_REORG;
    for (const [key, node] of this.#nodes) {
      if (node.height < deepest) {
        this.#blocks.delete(key);
        this.#journals.delete(key);
      }
      if (node.height >= deepest - LOOK_BACK) continue;
      this.#nodes.delete(key);
      node.parent = undefined;
    }
  }
}

/** From `last` down to, but without, `first`, which is below it. */
function between(first: BlockNode, last: BlockNode): BlockNode[] {
  const nodes: BlockNode[] = [];
  for (let at: BlockNode | undefined = last; at !== undefined && at !== first; at = at.parent) {
    nodes.push(at);
  }
  return nodes;
}

function refused(reason: string): Acceptance {
  return unchanged({ outcome: "refused", reason });
}

function unchanged(verdict: Verdict): Acceptance {
  return { verdict, disconnected: [], connected: [] };
}

import type { UnixSeconds } from "../../time.ts";
import type { MerkleTree } from "./merkle_tree.ts";

/** What a node answered to getblocktemplate, read and hashed, with all that templates are cut from. */
export interface TemplateDigest {
  readonly head: TemplateHead;
  readonly columns: TransactionColumns;
  /** All but the coinbase, with witnesses, in block order. Views on a few large buffers. */
  readonly transactions: readonly Uint8Array[];
}

/** What a template says of the block as a whole. */
export interface TemplateHead {
  /** 32 bytes in header order. */
  readonly prevHash: Uint8Array;
  /** Of the block to be. */
  readonly height: number;
  readonly version: number;
  readonly nBits: number;
  readonly time: UnixSeconds;
  readonly minTime: UnixSeconds;
  /** Satoshis: subsidy, and the fees of all transactions. */
  readonly coinbaseValue: number;
  /** Weight units and cost of signature checks that the block may have. `BIP 141` */
  readonly weightLimit: number;
  readonly sigopLimit: number;
  /** Whether the coinbase must commit to the witnesses. */
  readonly segwit: boolean;
  /** What to name in the request that waits for another template; undefined if the node has no such. */
  readonly longPollId: string | undefined;
  /** Script of those who must sign blocks, in hexadecimal; undefined but on signets. `BIP 325` */
  readonly signetChallenge: string | undefined;
}

/** What a template says of its transactions, a column each, in block order. */
export interface TransactionColumns {
  readonly count: number;
  readonly weights: Uint32Array;
  /** Cost of signature checks. `BIP 141` */
  readonly sigops: Uint32Array;
  /** Satoshis. */
  readonly fees: Float64Array;
  /** Which others each one needs: those in `parents` up to here, from where the one before ends. */
  readonly parentEnds: Uint32Array;
  /** Counted from 0; each is before the one that needs it. */
  readonly parents: Uint32Array;
  /** Over txids, with zeros for the coinbase's. */
  readonly txids: MerkleTree;
  /** Over wtxids, with zeros for the coinbase's, as the commitment has it. */
  readonly wtxids: MerkleTree;
}

/**
 * Bytes of a template's transactions, but for those of the template before it: most of a template is in
 * the next one too, and nobody should have to keep it twice.
 */
export interface TransactionBytes {
  /** For each transaction, which one of the template before it is; -1: the next of `data`. */
  readonly places: Int32Array;
  /** Those that are new, one after the other. */
  readonly data: Uint8Array;
  /** Where each of them ends. */
  readonly ends: Uint32Array;
}

/** What came of an answer to getblocktemplate. Plain data, so that a thread can hand it to another. */
export type Reading =
  | {
    readonly type: "template";
    readonly head: TemplateHead;
    readonly columns: TransactionColumns;
    readonly bytes: TransactionBytes;
  }
  /** The node's error, in its own words. */
  | { readonly type: "refused"; readonly code: number; readonly message: string }
  /** No answer to getblocktemplate; `reason` says where it goes wrong. */
  | { readonly type: "garbage"; readonly reason: string };

/** The same once it is where it is used. */
export type Digested =
  | { readonly type: "template"; readonly digest: TemplateDigest }
  | Exclude<Reading, { readonly type: "template" }>;

/**
 * Reads the body of an answer to getblocktemplate. Never rejects for what the node did.
 *
 * @param body Not to be used by the caller any more: it may be handed to another thread.
 */
export type Digest = (body: Uint8Array) => Promise<Digested>;

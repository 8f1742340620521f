import { MAX_BLOCK_SIGOPS, MAX_BLOCK_WEIGHT } from "../../bitcoin/template_weight.ts";
import { DecodeError } from "../../errors.ts";
import { answerOf } from "./answer.ts";
import type { Reading, TemplateHead, TransactionColumns } from "./digest.ts";
import { Fields } from "./fields.ts";
import { merkleTree } from "./merkle_tree.ts";

/** All the satoshis there can be. */
const MAX_MONEY = 2_100_000_000_000_000;
const U32 = 0xffff_ffff;
/** Bytes of all transactions of a block together: a byte weighs at least one. */
const MAX_BYTES = MAX_BLOCK_WEIGHT;
/** No transaction is smaller than 60 bytes, and each of those weighs four. */
const MAX_TRANSACTIONS = Math.floor(MAX_BLOCK_WEIGHT / 240);
/** A transaction that needs more of the others has an impossible number of inputs. */
const MAX_PARENTS = MAX_TRANSACTIONS;
const MAX_TEXT = 4_096;
const HASH = 32;

/**
 * Reads answers to getblocktemplate, one after the other: JSON, hexadecimal digits, hashes. Slow for a
 * full block, so at home in a thread of its own. Remembers which transactions the last template had.
 */
export class TemplateReader {
  /** By wtxid as people read it: its number in the template before. */
  #known: ReadonlyMap<string, number> = new Map();

  /** @param body The node's, so anything at all. */
  read(body: Uint8Array): Reading {
    const answer = answerOf(body);
    if (answer.type !== "result") return answer;
    try {
      const fields = new Fields(answer.result, "getblocktemplate");
      const listed = fields.list("transactions", MAX_TRANSACTIONS)
        .map((item, i) => listedTransaction(item, i));
      const head = headOf(fields);
      const columns = columnsOf(listed);
      if (columns.fees.reduce((sum, fee) => sum + fee, 0) > head.coinbaseValue) {
        throw new DecodeError("malformed", "getblocktemplate.coinbasevalue", 0);
      }
      const bytes = this.#bytesOf(listed);
      return { type: "template", head, columns, bytes };
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      return { type: "garbage", reason: `${error.path} is ${error.code}` };
    }
  }

  #bytesOf(listed: readonly Listed[]): Extract<Reading, { type: "template" }>["bytes"] {
    const places = Int32Array.from(listed, ({ wtxid }) => this.#known.get(wtxid) ?? -1);
    const fresh = listed.filter((_, i) => places[i] === -1);
    const size = fresh.reduce((sum, { data }) => sum + data.length / 2, 0);
    if (size > MAX_BYTES) throw new DecodeError("too-large", "getblocktemplate.transactions", 0);
    const data = new Uint8Array(size);
    const ends = new Uint32Array(fresh.length);
    let at = 0;
    for (const [i, { data: hex, path }] of fresh.entries()) {
      setHex(data, at, hex, `${path}.data`);
      at += hex.length / 2;
      ends[i] = at;
    }
    this.#known = new Map(listed.map(({ wtxid }, i) => [wtxid, i]));
    return { places, data, ends };
  }
}

/** One of `transactions`. */
interface Listed {
  readonly path: string;
  readonly data: string;
  readonly txid: string;
  readonly wtxid: string;
  readonly weight: number;
  readonly sigops: number;
  readonly fee: number;
  /** Counted from 0. */
  readonly parents: readonly number[];
}

function listedTransaction(item: unknown, index: number): Listed {
  const path = `getblocktemplate.transactions.${index}`;
  const fields = new Fields(item, path);
  const data = fields.text("data", 2 * MAX_BYTES);
  if (data.length === 0 || data.length % 2 !== 0) {
    throw new DecodeError("malformed", `${path}.data`, 0);
  }
  return {
    path,
    data,
    txid: fields.hash("txid"),
    // BIP 145 has the wtxid there; without witness it is the txid.
    wtxid: fields.hash("hash"),
    weight: fields.integer("weight", MAX_BLOCK_WEIGHT),
    sigops: fields.integer("sigops", MAX_BLOCK_SIGOPS),
    fee: fields.integer("fee", MAX_MONEY),
    parents: fields.list("depends", MAX_PARENTS).map((number) => {
      // BIP 22 counts from 1, and wants parents first.
      if (
        typeof number === "number" && Number.isInteger(number) && 1 <= number && number <= index
      ) {
        return number - 1;
      }
      throw new DecodeError("malformed", `${path}.depends`, 0);
    }),
  };
}

function headOf(fields: Fields): TemplateHead {
  const prevHash = new Uint8Array(HASH);
  setHash(prevHash, 0, fields.hash("previousblockhash"));
  const time = fields.integer("curtime", U32);
  const longPollId = fields.has("longpollid") ? fields.text("longpollid", MAX_TEXT) : undefined;
  const signetChallenge = fields.has("signet_challenge")
    ? fields.text("signet_challenge", 2 * 10_000)
    : undefined;
  return {
    prevHash,
    height: fields.integer("height", 2 ** 31 - 1, 1),
    // Some show it as a signed number.
    version: fields.integer("version", U32, -(2 ** 31)) >>> 0,
    nBits: fields.hexNumber("bits"),
    time,
    minTime: fields.integerOr("mintime", U32, time),
    coinbaseValue: fields.integer("coinbasevalue", MAX_MONEY),
    weightLimit: Math.min(fields.integerOr("weightlimit", U32, MAX_BLOCK_WEIGHT), MAX_BLOCK_WEIGHT),
    sigopLimit: Math.min(fields.integerOr("sigoplimit", U32, MAX_BLOCK_SIGOPS), MAX_BLOCK_SIGOPS),
    segwit: isSegwit(fields),
    longPollId,
    signetChallenge,
  };
}

/**
 * Whether blocks have witnesses now. Bitcoin Core lists the rule; btcd lists none, and no chain that is
 * mined today is without. What the node says of the commitment is not looked at: btcd gives its hash
 * alone, or nothing.
 */
function isSegwit(fields: Fields): boolean {
  if (!fields.has("rules")) return true;
  return fields.list("rules", 100).some((rule) => rule === "segwit" || rule === "!segwit");
}

function columnsOf(listed: readonly Listed[]): TransactionColumns {
  const count = listed.length;
  const parents = listed.flatMap((tx) => tx.parents);
  const parentEnds = new Uint32Array(count);
  let end = 0;
  for (const [i, tx] of listed.entries()) parentEnds[i] = end += tx.parents.length;
  return {
    count,
    weights: Uint32Array.from(listed, ({ weight }) => weight),
    sigops: Uint32Array.from(listed, ({ sigops }) => sigops),
    fees: Float64Array.from(listed, ({ fee }) => fee),
    parentEnds,
    parents: Uint32Array.from(parents),
    txids: merkleTree(leavesOf(listed.map(({ txid }) => txid))),
    wtxids: merkleTree(leavesOf(listed.map(({ wtxid }) => wtxid))),
  };
}

/** The coinbase's place, and the hashes. */
function leavesOf(hashes: readonly string[]): Uint8Array {
  const leaves = new Uint8Array(HASH * (hashes.length + 1));
  for (const [i, hash] of hashes.entries()) setHash(leaves, HASH * (i + 1), hash);
  return leaves;
}

/** Writes a hash as headers have it. @param hash As people read it, known to be one. */
function setHash(into: Uint8Array, at: number, hash: string): void {
  const place = into.subarray(at, at + HASH);
  place.setFromHex(hash);
  place.reverse();
}

function setHex(into: Uint8Array, at: number, hex: string, path: string): void {
  try {
    into.subarray(at, at + hex.length / 2).setFromHex(hex);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new DecodeError("malformed", path, 0);
  }
}

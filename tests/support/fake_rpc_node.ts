/**
 * A Bitcoin node's JSON-RPC over the embedded chain: it answers as Bitcoin Core does, or as btcd. The
 * shapes of its answers were taken from Bitcoin Core 31.99 and btcd 0.26.2.
 *
 * @module
 */

import { decodeBlock } from "../../lib/bitcoin/block.ts";
import { bytesFromHex } from "../../lib/bitcoin/bytes.ts";
import { displayHash } from "../../lib/bitcoin/header.ts";
import { NETWORKS } from "../../lib/bitcoin/network.ts";
import { encodeTransaction } from "../../lib/bitcoin/transaction.ts";
import { witnessCommitmentOutput } from "../../lib/bitcoin/witness_commitment.ts";
import type { Acceptance } from "../../lib/chain/chain.ts";
import { hashBlock, hashTransaction } from "../../lib/chain/hashed.ts";
import type { PoolEntry } from "../../lib/chain/mempool.ts";
import { POW_LIMIT_BITS, subsidyAt } from "../../lib/chain/rules.ts";
import { selectTransactions } from "../../lib/chain/select.ts";
import { DecodeError } from "../../lib/errors.ts";
import type { HttpRequest, HttpResponse } from "../../lib/ports.ts";
import type { FakeClock } from "./fake_host.ts";
import { type Draft, draftBlock, type Regtest, regtest, spend, toAnyone } from "./regtest.ts";

/** Whose ways a node has. */
export type Dialect = "core" | "btcd";

/** Seconds after which a template is made anew for the pool's sake. */
export const REGENERATE = { core: 5, btcd: 60 } as const;
/** Of every transaction here. */
export const FEE = 10_000n;

/** One node, and what can go wrong with it. */
export class FakeRpcNode {
  readonly dialect: Dialect;
  /** Names of the methods that were called. */
  readonly calls: string[] = [];
  login = "user:sesame";
  genesisHash: string = NETWORKS.regtest.genesisHash;
  /** Answers instead of the node, if it wants to. */
  instead: (method: string, params: readonly unknown[]) => Promise<HttpResponse> | undefined = () =>
    undefined;
  /** Changes what getblocktemplate gives. */
  alter: (template: Record<string, unknown>) => object = (template) => template;
  readonly #clock: FakeClock;
  readonly #world: Regtest = regtest();
  readonly #coins: string[];
  readonly #waiting = new Set<() => void>();
  #made: { readonly template: Record<string, unknown>; readonly at: number } | undefined;
  #poolChanged = false;

  constructor(clock: FakeClock, dialect: Dialect) {
    this.#clock = clock;
    this.dialect = dialect;
    this.#coins = [...this.#world.coins];
  }

  /** The host's `onPost`. */
  answer({ headers, body }: HttpRequest): Promise<HttpResponse> {
    const { id, method, params } = JSON.parse(new TextDecoder().decode(body)) as {
      readonly id: unknown;
      readonly method: string;
      readonly params: readonly unknown[];
    };
    this.calls.push(method);
    const instead = this.instead(method, params);
    if (instead !== undefined) return instead;
    if (headers["authorization"] !== `Basic ${btoa(this.login)}`) {
      return Promise.resolve({ status: 401, body: new Uint8Array() });
    }
    return this.#call(method, params).then(
      (result) => reply(200, { result, error: null, id }),
      (error: RpcError) => {
        const status = this.dialect === "btcd" ? 200 : error.code === -32601 ? 404 : 500;
        return reply(status, { result: null, error, id });
      },
    );
  }

  /** Puts a transaction with a witness into the pool. */
  pay(): void {
    const [coin = ""] = this.#coins.splice(0, 1);
    const tx = spend([coin], [toAnyone(50n * 100_000_000n - FEE)]);
    const fault = this.#world.pool.add(hashTransaction(tx));
    if (fault !== undefined) throw new Error(fault);
    this.#poolChanged = true;
  }

  /** A block of somebody else's. */
  mine(draft: Draft = {}): void {
    this.#take(draftBlock(this.#world.chain, draft));
  }

  /** As people read it. */
  get tip(): string {
    return displayHash(this.#world.chain.tip.hash);
  }

  #call(method: string, params: readonly unknown[]): Promise<unknown> {
    const { tip } = this.#world.chain;
    switch (method) {
      case "getblockhash":
        return Promise.resolve(this.genesisHash);
      case "getbestblockhash":
        return Promise.resolve(this.tip);
      case "getconnectioncount":
        return Promise.resolve(3);
      case "getblocktemplate":
        return this.#template(params[0] as TemplateRequest);
      case "submitblock":
        return this.#submit(String(params[0]));
      case "getblockheader":
        return this.#header(String(params[0]));
      case "getblockchaininfo":
        return Promise.resolve({
          blocks: tip.height,
          headers: tip.height,
          bestblockhash: this.tip,
          ...this.dialect === "core" ? { initialblockdownload: false } : {},
        });
    }
    return Promise.reject({ code: -32601, message: "Method not found" });
  }

  #header(hash: string): Promise<unknown> {
    const { tip } = this.#world.chain;
    if (hash !== this.tip) {
      return this.dialect === "core"
        ? Promise.resolve({ hash, confirmations: -1 })
        : Promise.reject({ code: -1, message: "Failed to obtain block height" });
    }
    return Promise.resolve({ hash, confirmations: 1, height: tip.height, time: tip.header.time });
  }

  async #template(request: TemplateRequest): Promise<unknown> {
    if (!request.rules?.includes("segwit")) {
      throw { code: -8, message: "getblocktemplate must be called with the segwit rule set" };
    }
    const { longpollid } = request;
    while (longpollid !== undefined && longpollid === this.#current()["longpollid"]) {
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
    return this.alter({ ...this.#current(), curtime: this.#clock.unix() });
  }

  #current(): Record<string, unknown> {
    const now = this.#clock.unix();
    const isOld = this.#made === undefined ||
      this.#made.template["previousblockhash"] !== this.tip ||
      (this.#poolChanged && now - this.#made.at > REGENERATE[this.dialect]);
    if (!isOld && this.#made !== undefined) return this.#made.template;
    const template = this.#make();
    this.#made = { template, at: now };
    this.#poolChanged = false;
    return template;
  }

  #make(): Record<string, unknown> {
    const { chain, pool } = this.#world;
    const { height, medianTime } = chain.next;
    const entries = selectTransactions(pool, { weight: 3_992_000, sigops: 79_600 });
    const fees = entries.reduce((sum, { fee }) => sum + fee, 0n);
    const isCore = this.dialect === "core";
    const commitment = witnessCommitmentOutput(entries.map(({ hashed }) => hashed.wtxid))
      .scriptPubKey.toHex();
    return {
      version: 0x2000_0000,
      previousblockhash: this.tip,
      transactions: entries.map((entry) => listed(entry, entries)),
      coinbaseaux: isCore ? {} : { flags: "0b2f503253482f627463642f" },
      coinbasevalue: Number(subsidyAt(height) + fees),
      longpollid: `${this.tip}${isCore ? this.calls.length : `-${this.#clock.unix()}`}`,
      mintime: medianTime + 1,
      mutable: ["time", "transactions", "prevblock"],
      noncerange: "00000000ffffffff",
      sigoplimit: 80_000,
      sizelimit: 4_000_000,
      weightlimit: 4_000_000,
      bits: POW_LIMIT_BITS.toString(16),
      height,
      ...isCore
        ? {
          capabilities: ["proposal"],
          rules: ["csv", "!segwit", "taproot"],
          vbavailable: {},
          vbrequired: 0,
          default_witness_commitment: commitment,
        }
        // The hash alone, and only if something has a witness.
        : entries.length > 0
        ? { default_witness_commitment: commitment.slice(12) }
        : {},
    };
  }

  #submit(hex: string): Promise<unknown> {
    const isCore = this.dialect === "core";
    try {
      const { verdict } = this.#take(bytesFromHex(hex));
      switch (verdict.outcome) {
        case "accepted":
          return Promise.resolve(null);
        case "side":
          return Promise.resolve(isCore ? "inconclusive" : null);
        case "known":
          return Promise.resolve(isCore ? "duplicate" : "rejected: already have block 00");
        case "refused":
          return Promise.resolve(isCore ? verdict.reason : `rejected: ${verdict.reason}`);
      }
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      return Promise.reject({ code: -22, message: "Block decode failed" });
    }
  }

  #take(block: Uint8Array): Acceptance {
    const { chain, pool } = this.#world;
    const acceptance = chain.accept(hashBlock(decodeBlock(block)), this.#clock.unix());
    pool.follow(acceptance);
    if (acceptance.connected.length > 0) {
      for (const wake of this.#waiting) wake();
      this.#waiting.clear();
    }
    return acceptance;
  }
}

/** A JSON-RPC error. */
interface RpcError {
  readonly code: number;
  readonly message: string;
}

interface TemplateRequest {
  readonly rules?: readonly string[];
  readonly longpollid?: string;
}

/** An answer of any kind, with a body in JSON. */
export function reply(status: number, body: unknown): HttpResponse {
  return { status, body: new TextEncoder().encode(JSON.stringify(body)) };
}

function listed(
  { hashed, fee, parents }: PoolEntry,
  entries: readonly PoolEntry[],
): Record<string, unknown> {
  return {
    data: encodeTransaction(hashed.tx, { witness: true }).toHex(),
    txid: displayHash(hashed.txid),
    hash: displayHash(hashed.wtxid),
    depends: [...parents].map((key) => entries.findIndex((other) => other.hashed.key === key) + 1),
    fee: Number(fee),
    sigops: hashed.sigopCost,
    weight: hashed.weight,
  };
}

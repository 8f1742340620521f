import { p2wpkh, SigHash, Transaction as SignedTransaction } from "@scure/btc-signer";
import { pubECDSA } from "@scure/btc-signer/utils.js";
import { decodeBlock } from "../../../lib/bitcoin/block.ts";
import { displayHash } from "../../../lib/bitcoin/header.ts";
import { NETWORKS } from "../../../lib/bitcoin/network.ts";
import { encodeTransaction, type Transaction, txid } from "../../../lib/bitcoin/transaction.ts";
import { ANYONE, ANYONE_P2WSH } from "../../../lib/chain/scripts.ts";
import type { NodeProcess } from "./node_process.ts";

/** Satoshis that a payment leaves to the miner: ten times what nodes want for its size. */
const FEE = 10_000n;
/** Outputs of one payment that splits a coin: what fits into a standard transaction. */
const PER_SPLIT = 2_000;
/** Blocks on top of a coinbase that may be spent. */
const MATURITY = 100;
/** Ours, and nobody's money. */
const SECRET = new Uint8Array(32).fill(0x42);
const KEY = p2wpkh(pubECDSA(SECRET), { ...NETWORKS.regtest, wif: 0xef });

/** An output that we may spend. */
interface Coin {
  /** As people read it. */
  readonly txid: string;
  readonly vout: number;
  /** Satoshis. */
  readonly value: bigint;
}

/** Coins of a node's chain, and payments with them: Core is built without a wallet. */
export class Purse {
  readonly #node: NodeProcess;
  readonly #coins: Coin[] = [];

  private constructor(node: NodeProcess) {
    this.#node = node;
  }

  /** Mines `count` coins, and what it takes until they may be spent. */
  static async fill(node: NodeProcess, count: number): Promise<Purse> {
    const purse = new Purse(node);
    const hashes = await node.mine(count + MATURITY);
    for (const hash of hashes.slice(0, count)) {
      const [coinbase] = decodeBlock(await node.block(hash)).transactions;
      const value = coinbase?.outputs[0]?.value ?? 0n;
      if (coinbase !== undefined) {
        purse.#coins.push({ txid: displayHash(txid(coinbase)), vout: 0, value });
      }
    }
    return purse;
  }

  /** Sends a payment that has a witness. @returns Its id. */
  async pay(fee = FEE): Promise<string> {
    return (await this.#spend(this.#take(), 1, fee)).id;
  }

  /** Sends payments that each spend the one before. @returns Their ids, in that order. */
  async chain(length: number): Promise<string[]> {
    const ids: string[] = [];
    let coin = this.#take();
    while (ids.length < length) {
      const { id, coins: [next] } = await this.#spend(coin, 1, FEE);
      if (next === undefined) throw new Error("a payment without output");
      ids.push(id);
      coin = next;
    }
    return ids;
  }

  /** Sends a payment, and then one that replaces it by paying more, BIP 125. */
  async replace(): Promise<{ readonly replaced: string; readonly by: string }> {
    const coin = this.#take();
    const { id: replaced } = await this.#spend(coin, 1, FEE);
    const { id: by } = await this.#spend(coin, 1, 3n * FEE);
    return { replaced, by };
  }

  /** Pays to a key of ours, and spends that with a signature. @returns Id of the signed payment. */
  async sign(): Promise<string> {
    const coin = this.#take();
    const { id, coins: [ours] } = await this.#spend(coin, 1, FEE, KEY.script);
    if (ours === undefined) throw new Error("a payment without output");
    const tx = new SignedTransaction({ allowUnknownOutputs: true });
    tx.addInput({
      txid: id,
      index: 0,
      sequence: 0xffff_fffd,
      witnessUtxo: { script: KEY.script, amount: ours.value },
      sighashType: SigHash.ALL,
    });
    tx.addOutput({ script: ANYONE_P2WSH, amount: ours.value - FEE });
    tx.sign(SECRET);
    tx.finalize();
    return await this.#node.rpc<string>("sendrawtransaction", tx.hex);
  }

  /** Sends `count` small payments that do not depend on one another, and mines what they spend before. */
  async flood(count: number): Promise<void> {
    const split: Coin[] = [];
    while (split.length < count) {
      const outputs = Math.min(count - split.length, PER_SPLIT);
      split.push(...(await this.#spend(this.#take(), outputs, 50n * FEE)).coins);
    }
    await this.#node.mine(1);
    for (const coin of split) await this.#spend(coin, 1, FEE);
  }

  #take(): Coin {
    const coin = this.#coins.shift();
    if (coin === undefined) throw new Error("the purse is empty: fill it with more coins");
    return coin;
  }

  /** Spends a coin of anyone's on `count` equal ones. */
  async #spend(
    coin: Coin,
    count: number,
    fee: bigint,
    scriptPubKey = ANYONE_P2WSH,
  ): Promise<{ readonly id: string; readonly coins: readonly Coin[] }> {
    const value = (coin.value - fee) / BigInt(count);
    const tx: Transaction = {
      version: 2,
      inputs: [{
        prevTxid: Uint8Array.fromHex(coin.txid).reverse(),
        vout: coin.vout,
        scriptSig: new Uint8Array(),
        sequence: 0xffff_fffd,
        witness: [ANYONE],
      }],
      outputs: Array.from({ length: count }, () => ({ value, scriptPubKey })),
      lockTime: 0,
    };
    const id = displayHash(txid(tx));
    const hex = encodeTransaction(tx, { witness: true }).toHex();
    await this.#node.rpc("sendrawtransaction", hex);
    return { id, coins: tx.outputs.map((_, vout) => ({ txid: id, vout, value })) };
  }
}

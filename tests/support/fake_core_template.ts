import { encodeBlock } from "../../lib/bitcoin/block.ts";
import { equalBytes } from "../../lib/bitcoin/bytes.ts";
import { blockHash, encodeHeader } from "../../lib/bitcoin/header.ts";
import { foldMerklePath } from "../../lib/bitcoin/merkle.ts";
import {
  decodeOutputs,
  decodeTransaction,
  encodeOutput,
  encodeTransaction,
  txid,
} from "../../lib/bitcoin/transaction.ts";
import { RemoteError } from "../../lib/capnp/remote_error.ts";
import type { StructReader } from "../../lib/capnp/struct_reader.ts";
import type { NodeTemplate } from "../../lib/node/node.ts";
import type { ServerObject, ServerReply } from "./capnp_server.ts";
import { type FakeCore, flag, object } from "./fake_core.ts";

const ONE = { data: 0, pointers: 1 };

/** A template that a {@link FakeCore} holds for a client. */
export class CoreTemplate {
  readonly #core: FakeCore;
  readonly #template: NodeTemplate;
  readonly #next: () => Promise<ServerObject>;
  #isInterrupted = false;
  /** The block is being read, or changed. */
  #isBusy = false;

  /** @param next Makes another one, with the same constraints. */
  constructor(core: FakeCore, template: NodeTemplate, next: () => Promise<ServerObject>) {
    this.#core = core;
    this.#template = template;
    this.#next = next;
  }

  object(): ServerObject {
    return this.#core.object({
      1: ["getBlockHeader", () => this.#header()],
      2: ["getBlock", () => this.#alone(() => this.#block())],
      5: ["getCoinbaseTx", () => this.#coinbase()],
      6: ["getCoinbaseMerklePath", () => ({
        shape: ONE,
        fill: (results) => void results.byteStrings(0, this.#template.merklePath),
      })],
      7: ["submitSolution", ({ params }) => this.#alone(() => this.#submitSolution(params))],
      8: ["waitNext", ({ params }) => this.#waitNext(params)],
      9: ["interruptWait", () => {
        this.#isInterrupted = true;
        this.#core.wake();
        return undefined;
      }],
    });
  }

  /** Core has no lock around a template's block. */
  async #alone(work: () => Promise<ServerReply>): Promise<ServerReply> {
    if (this.#isBusy) this.#core.overlaps++;
    this.#isBusy = true;
    try {
      return await work();
    } finally {
      this.#isBusy = false;
    }
  }

  #header(): ServerReply {
    const header = encodeHeader({
      ...this.#template,
      merkleRoot: new Uint8Array(32),
      nonce: 0,
    });
    return { shape: ONE, fill: (results) => void results.bytes(0, header) };
  }

  async #block(): Promise<ServerReply> {
    const dummy = encodeTransaction({
      version: 2,
      inputs: [{
        prevTxid: new Uint8Array(32),
        vout: 0xffff_ffff,
        scriptSig: new Uint8Array(this.#core.padding),
        sequence: 0,
        witness: [],
      }],
      outputs: [],
      lockTime: 0,
    }, { witness: false });
    const block = encodeBlock(new Uint8Array(80), [dummy, ...await this.#template.transactions()]);
    return { shape: ONE, fill: (results) => void results.bytes(0, block) };
  }

  #coinbase(): ServerReply {
    const { coinbase } = this.#template;
    const outputs = decodeOutputs(coinbase.outputs, coinbase.outputCount).map(encodeOutput);
    return {
      shape: ONE,
      fill(results) {
        results.struct(0, { data: 3, pointers: 3 })
          .u32(0, coinbase.version).u32(4, coinbase.sequence).u64(8, coinbase.valueRemaining)
          .u32(16, coinbase.lockTime)
          .bytes(0, coinbase.scriptSigPrefix).bytes(1, coinbase.witnessReserved ?? new Uint8Array())
          .byteStrings(2, outputs);
      },
    };
  }

  async #submitSolution(params: StructReader): Promise<ServerReply> {
    const coinbase = params.bytes(1).slice();
    const header = encodeHeader({
      version: params.u32(0),
      prevHash: this.#template.prevHash,
      merkleRoot: foldMerklePath(idOf(coinbase), this.#template.merklePath),
      time: params.u32(4),
      nBits: this.#template.nBits,
      nonce: params.u32(8),
    });
    const block = encodeBlock(header, [coinbase, ...await this.#template.transactions()]);
    const { outcome, ...rest } = await this.#core.submit(block, blockHash(header));
    // Core connects the block after it has taken it in, and only then sees what its coinbase pays.
    return flag(outcome !== "refused" || ("reason" in rest && rest.reason === "bad-cb-amount"));
  }

  async #waitNext(params: StructReader): Promise<ServerReply> {
    const options = new DataView(new ArrayBuffer(8));
    options.setBigInt64(0, params.struct(1).i64(0) ^ 0x7fef_ffff_ffff_ffffn);
    const changed = (): boolean => {
      const { tip } = this.#core;
      if (tip === undefined) return false;
      return !equalBytes(tip.hash, this.#template.prevHash) || tip.nBits !== this.#template.nBits;
    };
    const done = (): boolean => this.#isInterrupted || changed();
    await this.#core.until(done, options.getFloat64(0));
    const isOver = this.#isInterrupted || this.#core.isShuttingDown || !changed();
    this.#isInterrupted = false;
    return isOver ? undefined : object(await this.#next());
  }
}

function idOf(coinbase: Uint8Array): Uint8Array {
  try {
    return txid(decodeTransaction(coinbase));
  } catch {
    throw new RemoteError("failed", "std::exception: end of data");
  }
}

/**
 * A template provider over the embedded chain, in a world of its own, and clients that know what a
 * miner behind them would do.
 *
 * @module
 */

import { concatBytes } from "../../lib/bitcoin/bytes.ts";
import { targetFromCompact } from "../../lib/bitcoin/compact.ts";
import { blockHash, encodeHeader } from "../../lib/bitcoin/header.ts";
import { foldMerklePath } from "../../lib/bitcoin/merkle.ts";
import {
  decodeOutputs,
  encodeTransaction,
  type Transaction,
  txid,
  type TxOutput,
} from "../../lib/bitcoin/transaction.ts";
import { WITNESS_RESERVED_VALUE } from "../../lib/bitcoin/witness_commitment.ts";
import { EmbeddedNode, type EmbeddedOptions } from "../../lib/chain/embedded.ts";
import { ANYONE_P2WSH } from "../../lib/chain/scripts.ts";
import {
  CoinbaseOutputConstraints,
  NewTemplate,
  RequestTransactionData,
  RequestTransactionDataError,
  RequestTransactionDataSuccess,
  SetNewPrevHash,
  SubmitSolution,
} from "../../lib/messages/template.ts";
import type { Verdict } from "../../lib/node/node.ts";
import { hashMeetsTarget } from "../../lib/pow/target.ts";
import { DEFAULT_TP_POLICY, type TpConfig } from "../../lib/roles/tp/config.ts";
import { serveTp } from "../../lib/roles/tp/serve.ts";
import { TEMPLATE_LIMITS } from "../../lib/session/limits.ts";
import { FakeHost, seededRandom } from "./fake_host.ts";
import { RawClient } from "./raw_client.ts";

const LISTEN = { hostname: "127.0.0.1", port: 18_442 };

export class TpBench {
  readonly host: FakeHost;
  readonly node: EmbeddedNode;
  /** What the chain said to blocks, in order. */
  readonly verdicts: Verdict[] = [];
  readonly #done: Promise<void>;

  private constructor(
    options: Partial<EmbeddedOptions>,
    config: Partial<TpConfig>,
    host: FakeHost,
  ) {
    this.host = host;
    this.node = new EmbeddedNode({
      blockTime: 0,
      hashRateHint: 0,
      transactionsPerSecond: 0,
      ...options,
      clock: host.clock,
      random: seededRandom(5),
    });
    this.#done = serveTp(
      {
        ...DEFAULT_TP_POLICY,
        listen: LISTEN,
        authoritySecretKey: new Uint8Array(32).fill(7),
        certValiditySec: 3_600,
        blocksDirectory: "solved",
        staleTipMs: 0,
        limits: TEMPLATE_LIMITS,
        ...config,
      },
      host,
      { node: this.node, onBlock: ({ verdict }) => this.verdicts.push(verdict) },
    );
  }

  static async open(
    options: Partial<EmbeddedOptions> = {},
    config: Partial<TpConfig> = {},
    host: FakeHost = new FakeHost(),
  ): Promise<TpBench> {
    const bench = new TpBench(options, config, host);
    await host.clock.advance(10);
    return bench;
  }

  /** Lets time pass, and all that is on its way arrive. */
  async pass(ms = 10): Promise<void> {
    await this.host.clock.advance(ms);
  }

  /** A client that is set up, and has not asked for anything. */
  async silentClient(): Promise<TdpClient> {
    const handshake = RawClient.handshake(await this.host.connect(LISTEN));
    await this.pass();
    const raw = await handshake;
    await raw.setup({ protocol: 2 });
    await this.pass();
    return new TdpClient(raw, this);
  }

  /** A client that has its first template. */
  async client(size = 100, sigops = 0): Promise<TdpClient> {
    const client = await this.silentClient();
    await client.ask(size, sigops);
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.host.stop.abort();
    await this.pass(6_000);
    await this.#done;
  }
}

/** What a client may do differently from an honest one. */
export interface SolveChange {
  readonly template?: NewTemplate;
  readonly coinbase?: (tx: Transaction) => Transaction;
  /** Changes the header before it is solved. */
  readonly version?: number;
  readonly time?: number;
  /** Sends a nonce that does not solve it. */
  readonly unsolved?: true;
  /** Changes what is sent, after all was solved. */
  readonly spoil?: (solution: SubmitSolution) => SubmitSolution;
}

export class TdpClient {
  readonly raw: RawClient;
  readonly #bench: TpBench;

  constructor(raw: RawClient, bench: TpBench) {
    this.raw = raw;
    this.#bench = bench;
  }

  get templates(): NewTemplate[] {
    return this.raw.all(NewTemplate);
  }

  get prevHashes(): SetNewPrevHash[] {
    return this.raw.all(SetNewPrevHash);
  }

  /** The last template. */
  get template(): NewTemplate {
    const template = this.templates.at(-1);
    if (template === undefined) throw new Error("no template came");
    return template;
  }

  get prevHash(): SetNewPrevHash {
    const prevHash = this.prevHashes.at(-1);
    if (prevHash === undefined) throw new Error("no SetNewPrevHash came");
    return prevHash;
  }

  async ask(size: number, sigops = 0): Promise<void> {
    await this.raw.send(CoinbaseOutputConstraints, {
      coinbaseOutputMaxAdditionalSize: size,
      coinbaseOutputMaxAdditionalSigops: sigops,
    });
    await this.#bench.pass();
  }

  /** Solves a template, the last one by default, on the block that SetNewPrevHash named. */
  async solve(change: SolveChange = {}): Promise<SubmitSolution> {
    const template = change.template ?? this.template;
    const solution = solveTemplate(template, this.prevHash, change);
    const sent = change.spoil?.(solution) ?? solution;
    await this.raw.send(SubmitSolution, sent);
    await this.#bench.pass();
    return sent;
  }
}

/** What a pool's client would submit for a template. */
export function solveTemplate(
  template: NewTemplate,
  { prevHash, headerTimestamp, nBits }: SetNewPrevHash,
  change: SolveChange = {},
): SubmitSolution {
  const plain = clientCoinbase(template, [{
    value: template.coinbaseTxValueRemaining,
    scriptPubKey: ANYONE_P2WSH,
  }]);
  const coinbase = change.coinbase?.(plain) ?? plain;
  const header = {
    version: change.version ?? template.version,
    prevHash,
    merkleRoot: foldMerklePath(txid(coinbase), template.merklePath),
    time: change.time ?? headerTimestamp,
    nBits,
    nonce: 0,
  };
  const target = targetFromCompact(nBits);
  while (hashMeetsTarget(blockHash(encodeHeader(header)), target) === (change.unsolved === true)) {
    header.nonce++;
  }
  return {
    templateId: template.templateId,
    version: header.version,
    headerTimestamp: header.time,
    headerNonce: header.nonce,
    coinbaseTx: encodeTransaction(coinbase, { witness: true }),
  };
}

/** The coinbase that SV2 §7.2 describes, with a script of 100 bytes. */
export function clientCoinbase(template: NewTemplate, payouts: readonly TxOutput[]): Transaction {
  const { coinbasePrefix, coinbaseTxOutputs, coinbaseTxOutputsCount } = template;
  return {
    version: template.coinbaseTxVersion,
    inputs: [{
      prevTxid: new Uint8Array(32),
      vout: 0xffff_ffff,
      scriptSig: concatBytes(coinbasePrefix, new Uint8Array(100 - coinbasePrefix.length)),
      sequence: template.coinbaseTxInputSequence,
      witness: [WITNESS_RESERVED_VALUE],
    }],
    outputs: [...payouts, ...decodeOutputs(coinbaseTxOutputs, coinbaseTxOutputsCount)],
    lockTime: template.coinbaseTxLocktime,
  };
}

/** Asks for a template's transactions. @returns Success or Error. */
export async function transactionsOf(
  bench: TpBench,
  client: TdpClient,
  templateId: bigint,
): Promise<RequestTransactionDataSuccess | RequestTransactionDataError | undefined> {
  const before = client.raw.received.length;
  await client.raw.send(RequestTransactionData, { templateId });
  await bench.pass();
  const frame = client.raw.received.slice(before).at(-1);
  if (frame?.msgType === RequestTransactionDataSuccess.id) {
    return RequestTransactionDataSuccess.decode(frame.payload).value;
  }
  return frame && RequestTransactionDataError.decode(frame.payload).value;
}

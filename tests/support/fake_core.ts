/**
 * Bitcoin Core behind its socket, for tests: the embedded chain, speaking Cap'n Proto. It does what Core
 * 31 does where a client can see it, and what a test wants wrong.
 *
 * @module
 */

import { blockHash, displayHash } from "../../lib/bitcoin/header.ts";
import { NETWORKS } from "../../lib/bitcoin/network.ts";
import { RemoteError } from "../../lib/capnp/remote_error.ts";
import { EmbeddedNode, type EmbeddedOptions } from "../../lib/chain/embedded.ts";
import type { Tip, Verdict } from "../../lib/node/node.ts";
import { CapnpServer, type Framing, type ServerObject, type ServerReply } from "./capnp_server.ts";
import { type FakeClock, type FakeNetwork, seededRandom } from "./fake_host.ts";
import { CoreTemplate } from "./fake_core_template.ts";

/** Core 30 has another interface; 31.0 no `makeRpc` and no `submitBlock`; 31.99 has all. */
export type CoreVersion = "30" | "31.0" | "31.99";

export interface FakeCoreOptions {
  readonly network: FakeNetwork;
  readonly clock: FakeClock;
  readonly path: string;
  readonly version?: CoreVersion;
  /** Seconds between blocks, and hashes a second behind the first: 0 for trivial difficulty. */
  readonly pace?: Pick<EmbeddedOptions, "blockTime" | "hashRateHint">;
}

/** What the chain says of bytes that are no block. */
const UNDECODABLE = "Block decode failed";

const EMPTY = { data: 0, pointers: 1 };

export class FakeCore {
  readonly clock: FakeClock;
  readonly chain: EmbeddedNode;
  readonly #network: FakeNetwork;
  readonly #path: string;
  readonly #stop = new AbortController();
  readonly #verdicts = new Map<string, Verdict>();
  #listener: { close(): void } | undefined;
  #server: CapnpServer | undefined;
  #waiting: (() => void)[] = [];
  version: CoreVersion;
  framing: Framing = "single";
  genesisHash: string = NETWORKS.regtest.genesisHash;
  signetChallenge: string | undefined;
  /** What `getblockchaininfo` says of the network's chain. */
  headers: number | undefined;
  isInitialDownload = false;
  /** RPC says that it is not ready, or not for us. */
  rpcError: { readonly code: number; readonly message: string } | undefined;
  /** Methods that are never answered. */
  readonly hanging = new Set<string>();
  /** Waits, and what makes templates, answer that there is none: the node shuts down. */
  isShuttingDown = false;
  /** Its chain is not loaded: `makeMining` waits. */
  isLoading = false;
  /** Bytes that `getBlock` has more than its transactions. */
  padding = 0;
  /** How often each method was called. */
  readonly called = new Map<string, number>();
  connections = 0;
  /** How often a block was read while it was being changed. */
  overlaps = 0;
  tip: Tip | undefined;

  constructor(options: FakeCoreOptions) {
    const { network, clock, path, version = "31.99" } = options;
    this.#network = network;
    this.clock = clock;
    this.#path = path;
    this.version = version;
    this.chain = new EmbeddedNode({
      ...options.pace ?? { blockTime: 0, hashRateHint: 0 },
      transactionsPerSecond: 0,
      clock,
      random: seededRandom(1),
    });
    this.chain.subscribe((event) => {
      if (event.type !== "tip" && event.type !== "up") return;
      this.tip = event.tip;
      this.wake();
    });
    void this.chain.run(this.#stop.signal);
  }

  /** The connection that came last. */
  get server(): CapnpServer {
    if (this.#server === undefined) throw new Error("Nobody has connected");
    return this.#server;
  }

  /** References to objects of ours that clients hold. */
  get held(): number {
    return this.#server?.held ?? 0;
  }

  /** Begins to take connections. */
  start(): void {
    const listener = this.#network.listenLocal(this.#path);
    this.#listener = listener;
    void (async () => {
      for await (const socket of listener) {
        this.connections++;
        const server = new CapnpServer(socket, this.#init());
        server.framing = this.framing;
        this.#server = server;
        void server.run();
      }
    })();
  }

  /** Ends as a process does: the socket stays away, the connection breaks. */
  kill(): void {
    this.#listener?.close();
    this.#server?.close();
  }

  /** Ends for good, the chain too. */
  close(): void {
    this.kill();
    this.#stop.abort();
  }

  /** Lets everyone who waits look again. */
  wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  /** Waits until `done`, at most for `ms`. */
  async until(done: () => boolean, ms = Infinity): Promise<void> {
    const end = this.clock.now() + ms;
    while (!done() && !this.isShuttingDown && this.clock.now() < end) {
      const woken = new Promise<void>((resolve) => this.#waiting.push(resolve));
      // A second is the node's own step.
      await Promise.race([woken, this.clock.sleep(Math.min(1_000, end - this.clock.now()))]);
    }
  }

  /** Takes in a block, and remembers what was wrong with it. */
  async submit(block: Uint8Array, hash: Uint8Array): Promise<Verdict> {
    const before = this.#verdicts.get(hash.toHex());
    if (before?.outcome === "refused") return before;
    const verdict = await this.chain.submit({
      template: undefined,
      header: block.subarray(0, 80),
      coinbase: new Uint8Array(),
      block,
    });
    const isWhole = verdict.outcome !== "refused" || verdict.reason !== UNDECODABLE;
    if (isWhole) this.#verdicts.set(hash.toHex(), verdict);
    return verdict;
  }

  /** An object whose methods have names. */
  object(methods: Readonly<Record<number, [string, ServerObject["call"]]>>): ServerObject {
    return {
      call: (call) => {
        const [name, method] = methods[call.methodId] ?? [];
        if (name === undefined || method === undefined) {
          throw new RemoteError("unimplemented", "Method not implemented.");
        }
        this.called.set(name, (this.called.get(name) ?? 0) + 1);
        return this.hanging.has(name) ? new Promise(() => {}) : method(call);
      },
    };
  }

  #init(): ServerObject {
    const thread = (): ServerObject => this.object({});
    const threadMap = this.object({ 0: ["makeThread", () => object(thread())] });
    const mining = async (): Promise<ServerReply> => {
      await this.until(() => !this.isLoading);
      return object(this.#mining());
    };
    return this.object({
      0: ["construct", () => object(threadMap)],
      ...this.version === "30" ? {} : { 3: ["makeMining", mining] },
      ...this.version === "31.99" ? { 4: ["makeRpc", () => object(this.#rpc())] } : {},
    });
  }

  #mining(): ServerObject {
    const isTest = this.genesisHash !== NETWORKS.mainnet.genesisHash;
    return this.object({
      0: ["isTestChain", () => flag(isTest)],
      1: ["isInitialBlockDownload", () => flag(this.isInitialDownload)],
      2: ["getTip", () => this.#getTip()],
      4: ["createNewBlock", (call) => this.#createNewBlock(call)],
      5: ["checkBlock", ({ params }) => this.#checkBlock(params.bytes(1))],
      6: ["interrupt", () => {
        this.wake();
        return undefined;
      }],
      ...this.version === "31.99"
        ? { 7: ["submitBlock", ({ params }) => this.#submitBlock(params.bytes(1))] }
        : {},
    });
  }

  #getTip(): ServerReply {
    return {
      shape: { data: 1, pointers: 1 },
      fill: (results) => {
        results.bool(0, this.tip !== undefined);
        const { hash = new Uint8Array(), height = 0 } = this.tip ?? {};
        results.struct(0, { data: 1, pointers: 1 }).u32(0, height).bytes(0, hash);
      },
    };
  }

  async #createNewBlock({ params }: Parameters<ServerObject["call"]>[0]): Promise<ServerReply> {
    const options = params.struct(1);
    const useMempool = !options.bool(0);
    const reservedWeight = Number(options.i64(8) ^ 8_000n);
    const reservedSigops = Number(options.i64(16) ^ 400n);
    const cooldown = !params.bool(0);
    if (cooldown) await this.until(() => !this.isInitialDownload);
    if (this.isShuttingDown) return undefined;
    if (reservedWeight < 2_000 || reservedWeight > 4_000_000) {
      throw new RemoteError("failed", `std::exception: block_reserved_weight (${reservedWeight})`);
    }
    return object(await this.template({ useMempool, reservedWeight, reservedSigops }));
  }

  /** A new template, for a client. */
  async template(
    constraints: Parameters<EmbeddedNode["template"]>[0] & { readonly useMempool: boolean },
  ): Promise<ServerObject> {
    const { useMempool, reservedSigops } = constraints;
    const reservedWeight = useMempool ? constraints.reservedWeight : 4_000_000;
    const template = await this.chain.template({ reservedWeight, reservedSigops });
    return new CoreTemplate(this, template, () => this.template(constraints)).object();
  }

  #checkBlock(block: Uint8Array): ServerReply {
    const verdict = this.#verdicts.get(blockHash(block.subarray(0, 80)).toHex());
    if (verdict?.outcome === "refused") return opinion(false, verdict.reason);
    return opinion(false, "inconclusive-not-best-prevblk");
  }

  async #submitBlock(block: Uint8Array): Promise<ServerReply> {
    if (block.length < 81) throw new RemoteError("failed", "std::exception: end of data");
    const before = this.#verdicts.get(blockHash(block.subarray(0, 80)).toHex());
    if (before?.outcome === "refused") return opinion(false, "duplicate-invalid");
    const verdict = await this.submit(block, blockHash(block.subarray(0, 80)));
    if (verdict.outcome === "refused" && verdict.reason === UNDECODABLE) {
      throw new RemoteError("failed", "std::exception: end of data");
    }
    if (verdict.outcome === "refused") return opinion(false, verdict.reason);
    const reasons = { accepted: "", known: "duplicate", side: "inconclusive" };
    return opinion(verdict.outcome === "accepted", reasons[verdict.outcome]);
  }

  #rpc(): ServerObject {
    return this.object({
      0: ["executeRpc", ({ params }) => {
        const { method, params: list } = JSON.parse(params.text(1));
        this.called.set(method, (this.called.get(method) ?? 0) + 1);
        const answer = this.rpcError === undefined
          ? { result: this.#executed(method, list), error: null }
          : { result: null, error: this.rpcError };
        return { shape: EMPTY, fill: (results) => void results.text(0, JSON.stringify(answer)) };
      }],
    });
  }

  #executed(method: string, params: readonly unknown[]): unknown {
    const blocks = this.tip?.height ?? 0;
    switch (method) {
      case "getblockhash":
        return this.genesisHash;
      case "getblockchaininfo":
        return {
          blocks,
          headers: this.headers ?? blocks,
          initialblockdownload: this.isInitialDownload,
          time: this.clock.unix(),
          signet_challenge: this.signetChallenge,
        };
      case "getnetworkinfo":
        return { connections: 7 };
      case "getblockheader":
        return {
          confirmations: params[0] === displayHash(this.tip?.hash ?? new Uint8Array()) ? 1 : -1,
        };
    }
    return undefined;
  }
}

/** Results that are one object. */
export function object(made: ServerObject): ServerReply {
  return {
    shape: EMPTY,
    fill(results) {
      results.capability(0, 0);
      return [made];
    },
  };
}

/** Results that are one truth. */
export function flag(value: boolean): ServerReply {
  return { shape: { data: 1, pointers: 0 }, fill: (results) => void results.bool(0, value) };
}

function opinion(ok: boolean, reason: string): ServerReply {
  return {
    shape: { data: 1, pointers: 2 },
    fill: (results) => void results.bool(0, ok).text(0, reason).text(1, ""),
  };
}

import { equalBytes } from "../../bitcoin/bytes.ts";
import { displayHash } from "../../bitcoin/header.ts";
import { type Network, networkNamed, NETWORKS } from "../../bitcoin/network.ts";
import { MAX_BLOCK_WEIGHT } from "../../bitcoin/template_weight.ts";
import { OperatorError, reasonOf } from "../../errors.ts";
import type { Host } from "../../ports.ts";
import type { Instant } from "../../time.ts";
import { Listeners } from "../listeners.ts";
import type {
  Node,
  NodeEvent,
  NodeHealth,
  NodeTemplate,
  SolvedBlock,
  TemplateConstraints,
  Tip,
  Verdict,
} from "../node.ts";
import { type CallLimits, RpcClient } from "./client.ts";
import type { Credentials } from "./credentials.ts";
import type { Digest, TemplateHead } from "./digest.ts";
import { garbage } from "./faults.ts";
import { nodeHealth } from "./health.ts";
import { submitBlock } from "./submit.ts";
import { cutTemplate } from "./template.ts";
import { type TemplateAnswer, TemplateSource } from "./template_source.ts";
import { nodeUrl } from "./url.ts";

/** A node that is reached by JSON-RPC, and how it is treated. */
export interface RpcNodeOptions {
  /** `http://127.0.0.1:8332`, `https://127.0.0.1:8334`; without user and password. */
  readonly url: string;
  readonly network: Network;
  readonly credentials: Credentials;
  /** Certificates in PEM to be trusted instead of the system's: btcd's own. */
  readonly ca?: (() => Promise<string>) | undefined;
  /** Reads templates. A full block takes a while, so it should do that in another thread. */
  readonly digest: Digest;
  readonly host: Pick<Host, "clock" | "log" | "post">;
  /** Milliseconds between two looks at the fees. */
  readonly pollMs?: number | undefined;
  /** Milliseconds that the node has for an answer, but for long polls and solved blocks. */
  readonly timeoutMs?: number | undefined;
  /** Whether the node shall prefer our own block to another with as much work that came first. */
  readonly precious?: boolean | undefined;
}

/** Bitcoin Core makes another template for its pool when the last one is more than 5 s old. */
const POLL_MS = 6_000;
const TIMEOUT_MS = 10_000;
/** A block takes long to check, and there is nothing more important. */
const SUBMIT_TIMEOUT_MS = 60_000;
/** A long poll that comes back sooner, and with nothing new, waits for the rest of it. */
const LEAST_LONG_POLL_MS = 1_000;
/** Between two looks at the tip of a node that has no long poll. */
const TIP_POLL_MS = 1_000;
const FEES_INTERVAL_MS = 1_000;
/** Between two tries to reach the node: doubled each time. */
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 2_000;
/** After a connection that held so long, the next try is made at once. */
const STABLE_MS = 10_000;
/** Tries after which a mistake of the configuration is one, and not a node that is just starting. */
const MAX_REFUSALS = 3;

/**
 * Any node with getblocktemplate: Bitcoin Core, btcd, and what is made of them. A long poll tells of a
 * new tip and brings its template; another request every few seconds tells of fees.
 */
export class RpcNode implements Node {
  readonly name: string;
  readonly network: Network;
  readonly #options: RpcNodeOptions;
  readonly #client: RpcClient;
  readonly #listeners = new Listeners();
  readonly #source: TemplateSource;
  #signal: AbortSignal | undefined;
  /** Why there are no templates; undefined while there are. */
  #down: string | undefined = UNWATCHED;
  #wasUp = false;
  /** Tries in a row that failed by the configuration's fault. */
  #refusals = 0;
  #toldFees = 0;
  #toldFeesAt: Instant = -Infinity;
  #toldOfSigner = false;

  /** @throws {OperatorError} If the URL cannot be used. */
  constructor(options: RpcNodeOptions) {
    const { url, network, credentials, ca, digest, host, timeoutMs = TIMEOUT_MS } = options;
    this.name = `rpc:${nodeUrl(url).origin}`;
    this.network = network;
    this.#options = options;
    this.#client = new RpcClient({ url, credentials, ca, host, name: this.name });
    this.#source = new TemplateSource({
      client: this.#client,
      name: this.name,
      network,
      digest,
      clock: host.clock,
      timeoutMs,
      onAnswer: (answer, last) => this.#answered(answer, last),
    });
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options.host;
    this.#signal = signal;
    let retryMs = 0;
    try {
      while (!signal.aborted) {
        const since = clock.now();
        if (await this.#connect(signal)) await this.#watch(signal);
        retryMs = clock.now() - since > STABLE_MS
          ? 0
          : Math.min(Math.max(FIRST_RETRY_MS, 2 * retryMs), LAST_RETRY_MS);
        await clock.sleep(retryMs, signal);
      }
    } finally {
      this.#goDown(UNWATCHED);
    }
  }

  subscribe(listener: (event: NodeEvent) => void): () => void {
    return this.#listeners.add(listener);
  }

  async template(constraints: TemplateConstraints): Promise<NodeTemplate> {
    const { reservedWeight } = constraints;
    if (reservedWeight > MAX_BLOCK_WEIGHT) {
      throw new OperatorError(
        "failure",
        `Cannot reserve ${reservedWeight} weight units of ${MAX_BLOCK_WEIGHT}`,
      );
    }
    if (this.#down !== undefined || this.#signal === undefined) {
      throw new OperatorError("peer", `Cannot get a template of ${this.name}: ${this.#down}`);
    }
    const { digest } = await this.#source.fresh(this.#signal);
    return cutTemplate(digest, constraints);
  }

  /** Works without {@link RpcNode.run}, too: for nodes that only get blocks. */
  async submit(block: SolvedBlock): Promise<Verdict> {
    const verdict = await submitBlock(block, {
      client: this.#client,
      name: this.name,
      limits: { timeoutMs: SUBMIT_TIMEOUT_MS },
      precious: this.#options.precious ?? false,
    });
    if (verdict.outcome === "accepted") this.#source.expire();
    return verdict;
  }

  health(): Promise<NodeHealth> {
    return nodeHealth(this.#client, this.name, this.#limits());
  }

  /**
   * Makes sure that this is the right node, and that it gives templates.
   *
   * @returns Whether it is.
   * @throws {OperatorError} If it will never be, and never was.
   */
  async #connect(signal: AbortSignal): Promise<boolean> {
    try {
      this.#client.forget();
      await this.#checkNetwork(signal);
      await this.#source.ask(this.#signal);
      this.#refusals = 0;
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      const isRefusal = error instanceof OperatorError && error.kind === "config";
      this.#refusals = isRefusal ? this.#refusals + 1 : 0;
      if (isRefusal && !this.#wasUp) {
        if (this.#refusals >= MAX_REFUSALS) throw error;
        return false;
      }
      this.#goDown(reasonOf(error));
      return false;
    }
  }

  async #checkNetwork(signal: AbortSignal): Promise<void> {
    const hash = await this.#client.call("getblockhash", [0], this.#limits(signal));
    if (typeof hash !== "string" || !/^[0-9a-f]{64}$/.test(hash)) {
      throw garbage(this.name, "getblockhash", "it is no hash");
    }
    if (hash === NETWORKS[this.network].genesisHash) return;
    throw new OperatorError(
      "config",
      `Cannot use ${this.name}: it is on ${networkNamed(hash)}, and the configuration says ` +
        `${this.network}; set network, or name another node`,
    );
  }

  /** Follows tip and fees for as long as that goes well. */
  async #watch(signal: AbortSignal): Promise<void> {
    const stop = new AbortController();
    const both = AbortSignal.any([signal, stop.signal]);
    try {
      // The one that is left ends when it next looks at its signal.
      await Promise.race([this.#followTip(both), this.#followFees(both)]);
    } catch (error) {
      if (signal.aborted) return;
      const reason = reasonOf(error);
      this.#options.host.log.debug("node.interrupted", { node: this.name, reason });
    } finally {
      stop.abort();
    }
  }

  async #followTip(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options.host;
    while (!signal.aborted) {
      const head = this.#source.latest?.digest.head;
      if (head === undefined) return;
      const since = clock.now();
      if (head.longPollId === undefined) {
        const best = await this.#client.call("getbestblockhash", [], this.#limits(signal));
        if (best !== displayHash(head.prevHash)) await this.#source.ask(this.#signal);
        await clock.sleep(TIP_POLL_MS, signal);
        continue;
      }
      const { digest } = await this.#source.longPoll(head.longPollId, signal);
      const elapsed = clock.now() - since;
      if (elapsed >= LEAST_LONG_POLL_MS || !equalBytes(digest.head.prevHash, head.prevHash)) {
        continue;
      }
      await clock.sleep(LEAST_LONG_POLL_MS - elapsed, signal);
    }
  }

  async #followFees(signal: AbortSignal): Promise<void> {
    const { host: { clock }, pollMs = POLL_MS } = this.#options;
    while (!signal.aborted) {
      const age = clock.now() - (this.#source.latest?.at ?? -Infinity);
      if (age >= pollMs) await this.#source.ask(this.#signal);
      else await clock.sleep(pollMs - age, signal);
    }
  }

  /** Tells what is new about an answer. */
  #answered({ digest: { head, columns } }: TemplateAnswer, last: TemplateHead | undefined): void {
    if (this.#signal?.aborted) return;
    const { clock } = this.#options.host;
    const fees = columns.fees.reduce((sum, fee) => sum + fee, 0);
    const isNew = last === undefined || last.nBits !== head.nBits ||
      !equalBytes(last.prevHash, head.prevHash);
    if (isNew) {
      this.#toldFees = fees;
      this.#comeUp({ hash: head.prevHash, height: head.height - 1, nBits: head.nBits });
    } else if (fees > this.#toldFees && clock.now() - this.#toldFeesAt >= FEES_INTERVAL_MS) {
      this.#toldFees = fees;
      this.#toldFeesAt = clock.now();
      this.#tell({ type: "fees" });
    }
    this.#warnOfSigner(head);
  }

  #warnOfSigner({ signetChallenge }: TemplateHead): void {
    if (signetChallenge === undefined || signetChallenge === ANYONE || this.#toldOfSigner) return;
    this.#toldOfSigner = true;
    this.#options.host.log.warn("node.needs_signer", {
      node: this.name,
      hint: "blocks of this signet are refused without a signature, and this program makes none",
    });
  }

  #comeUp(tip: Tip): void {
    const type = this.#down === undefined ? "tip" : "up";
    this.#down = undefined;
    this.#wasUp = true;
    this.#tell({ type, tip });
  }

  #goDown(reason: string): void {
    this.#source.forget();
    if (this.#down === reason) return;
    this.#down = reason;
    this.#tell({ type: "down", reason });
  }

  #tell(event: NodeEvent): void {
    this.#listeners.tell(event);
  }

  #limits(signal?: AbortSignal): CallLimits {
    return { timeoutMs: this.#options.timeoutMs ?? TIMEOUT_MS, signal };
  }
}

const UNWATCHED = "it is not being watched";
/** A signet's challenge that anyone can meet. */
const ANYONE = "51";

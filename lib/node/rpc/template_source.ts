import { equalBytes } from "../../bitcoin/bytes.ts";
import type { Network } from "../../bitcoin/network.ts";
import type { Clock } from "../../ports.ts";
import type { Instant } from "../../time.ts";
import type { CallLimits, RpcClient } from "./client.ts";
import type { Digest, TemplateDigest, TemplateHead } from "./digest.ts";
import { faultOf, garbage } from "./faults.ts";

/** An answer to getblocktemplate. */
export interface TemplateAnswer {
  readonly digest: TemplateDigest;
  /** When it came. */
  readonly at: Instant;
}

/** Whom to ask for templates, and who is told of them. */
export interface TemplateSourceOptions {
  readonly client: RpcClient;
  /** How the node is called in errors. */
  readonly name: string;
  readonly network: Network;
  readonly digest: Digest;
  readonly clock: Pick<Clock, "now">;
  /** Milliseconds that the node has for an answer, but for a long poll's. */
  readonly timeoutMs: number;
  /** Told of each answer, and of what the one before said. */
  readonly onAnswer: (answer: TemplateAnswer, last: TemplateHead | undefined) => void;
}

/** Two digits for each of a block's four million bytes, and what stands around its transactions. */
const MAX_BYTES = 20_000_000;
/** A node holds a long poll for as long as nothing happens; then it is asked anew. */
const LONG_POLL_MS = 600_000;
/** An answer so old is good enough for another template. */
const FRESH_MS = 1_000;
const METHOD = "getblocktemplate";

/** Asks a node for templates, and knows which answer is the newest. */
export class TemplateSource {
  readonly #options: TemplateSourceOptions;
  #latest: TemplateAnswer | undefined;
  #isExpired = false;
  /** The request that is under way, for all who want its answer. */
  #asking: Promise<TemplateAnswer> | undefined;

  constructor(options: TemplateSourceOptions) {
    this.#options = options;
  }

  get latest(): TemplateAnswer | undefined {
    return this.#latest;
  }

  /** What was answered so far counts no more. */
  forget(): void {
    this.#latest = undefined;
  }

  /** There is a new tip, as far as we know: what was answered so far makes no more templates. */
  expire(): void {
    this.#isExpired = true;
    this.#asking = undefined;
  }

  /**
   * Has the node make a template; whoever asks meanwhile gets the same one.
   *
   * @throws {OperatorError} If it makes none.
   */
  ask(signal: AbortSignal | undefined): Promise<TemplateAnswer> {
    if (this.#asking !== undefined) return this.#asking;
    const asking = this.#request({}, this.#limits(signal)).finally(() => {
      if (this.#asking === asking) this.#asking = undefined;
    });
    return this.#asking = asking;
  }

  /** The latest answer, or another one if it has grown old. */
  async fresh(signal: AbortSignal): Promise<TemplateAnswer> {
    const last = this.#latest;
    if (last === undefined || this.#isExpired) return await this.ask(signal);
    return this.#options.clock.now() - last.at < FRESH_MS ? last : await this.ask(signal);
  }

  /** Resolves when the node has another template than the one with that id. */
  longPoll(longPollId: string, signal: AbortSignal): Promise<TemplateAnswer> {
    const limits = { ...this.#limits(signal), timeoutMs: LONG_POLL_MS };
    return this.#request({ longpollid: longPollId }, limits);
  }

  async #request(
    parameters: { readonly longpollid?: string },
    limits: CallLimits,
  ): Promise<TemplateAnswer> {
    const { client, name, network, digest, clock, onAnswer } = this.#options;
    const before = this.#latest?.digest.head;
    const rules = network === "signet" ? ["segwit", "signet"] : ["segwit"];
    const body = await client.exchange(METHOD, JSON.stringify([{ rules, ...parameters }]), limits);
    const digested = await digest(body);
    if (digested.type === "refused") throw faultOf(name, METHOD, digested);
    if (digested.type === "garbage") throw garbage(name, METHOD, digested.reason);
    const last = this.#latest?.digest.head;
    // Another answer told of another tip meanwhile. Which of them is right now, only the node knows.
    if (differ(before, last) && differ(digested.digest.head, last)) {
      return await this.#request({}, this.#limits(limits.signal));
    }
    const answer = { digest: digested.digest, at: clock.now() };
    this.#latest = answer;
    this.#isExpired = false;
    onAnswer(answer, last);
    return answer;
  }

  #limits(signal: AbortSignal | undefined): CallLimits {
    return { timeoutMs: this.#options.timeoutMs, maxBytes: MAX_BYTES, signal };
  }
}

/** Whether they are on different tips. */
function differ(a: TemplateHead | undefined, b: TemplateHead | undefined): boolean {
  return a !== undefined && b !== undefined && !equalBytes(a.prevHash, b.prevHash);
}

import { equalBytes } from "../../bitcoin/bytes.ts";
import type { NodeTemplate } from "../../node/node.ts";
import type { Log } from "../../telemetry/log.ts";
import type { Instant } from "../../time.ts";
import { type Client, tipOf } from "./client.ts";
import type { TpPolicy } from "./config.ts";
import type { Desk } from "./desk.ts";
import type { Shape } from "./shape.ts";
import type { Shelf, Work } from "./shelf.ts";

/** Builds in a row that may fail while the node is up, before its clients are sent away. */
const MAX_FAILURES = 5;
/** Milliseconds until the next try after a failure. */
const RETRY_MS = 1_000;

/** What the counters of all shapes have in common. */
export interface CounterOptions {
  readonly desk: Desk;
  readonly shelf: Shelf;
  readonly policy: TpPolicy;
  readonly log: Log;
}

/** What an answer is an answer to. */
export interface Answered {
  readonly generation: number;
  /** What the node told of last. */
  readonly tip: Uint8Array | undefined;
  /** The order was given before the node told of its present tip. */
  readonly outdated: boolean;
  /** The order was for a template without transactions. */
  readonly empty: boolean;
  readonly now: Instant;
}

/**
 * Where all clients of one shape are served: at most one template of a shape is being made at a time,
 * whoever and however many are waiting for it.
 */
export class Counter {
  readonly shape: Shape;
  readonly clients = new Set<Client>();
  readonly #desk: Desk;
  readonly #shelf: Shelf;
  readonly #policy: TpPolicy;
  readonly #log: Log;
  #work: Work | undefined;
  #sentAt: Instant = -Infinity;
  #building = false;
  /** Something happened since the order that is under way. */
  #again = false;
  /** The pool may pay more than {@link Counter.#work}. */
  #better = false;
  #failures = 0;
  #retryAt: Instant | undefined;
  /** The next template is wanted at once, rather than with transactions. */
  #isLate = false;
  /** {@link Counter.#work} was made without transactions, to be there sooner. */
  #isEmpty = false;

  constructor(shape: Shape, { desk, shelf, policy, log }: CounterOptions) {
    this.shape = shape;
    this.#log = log;
    this.#desk = desk;
    this.#shelf = shelf;
    this.#policy = policy;
  }

  /** A client is to be served here: with what there is if it is on the tip, else with what comes. */
  join(client: Client, generation: number, tip: Uint8Array | undefined, now: Instant): void {
    this.clients.add(client);
    client.waiting = true;
    const work = this.#work;
    if (work !== undefined && (tip === undefined || equalBytes(work.template.prevHash, tip))) {
      this.#give(client, work, now);
    } else if (!this.#building) this.order(generation);
  }

  /** The node has told of a tip: if clients work on another, what they find is lost already. */
  follow(generation: number, tip: Uint8Array | undefined): void {
    const known = this.#work?.template.prevHash;
    const isLost = known !== undefined && tip !== undefined && !equalBytes(known, tip);
    this.#isLate = isLost && this.#desk.givesEmpty;
    this.order(generation);
  }

  /** Has a template made; if one is being made already, another one after it. */
  order(generation: number): void {
    this.#retryAt = undefined;
    if (this.#building) {
      this.#again = true;
      return;
    }
    this.#building = true;
    this.#again = false;
    this.#better = false;
    const empty = this.#isLate;
    this.#isLate = false;
    this.#desk.build({ shape: this.shape, generation, empty });
  }

  /** Higher fees can be had; that is for when the last template is old enough. */
  feesChanged(generation: number, now: Instant): void {
    this.#better = true;
    this.#orderIfDue(generation, now);
  }

  tick(generation: number, now: Instant): void {
    if (this.#retryAt !== undefined && now >= this.#retryAt) this.order(generation);
    this.#orderIfDue(generation, now);
  }

  /** The answer to an order. */
  templated(template: NodeTemplate, { generation, tip, outdated, empty, now }: Answered): void {
    this.#building = false;
    this.#failures = 0;
    if (outdated) {
      template.release();
      this.follow(generation, tip);
      return;
    }
    // A node that has none sooner may have given a full one.
    const isEmpty = empty && template.merklePath.length === 0;
    const again = this.#again || isEmpty;
    if (this.#isWorthSending(template)) {
      this.#send(template, now);
      this.#isEmpty = isEmpty;
    } else template.release();
    if (again) this.order(generation);
  }

  /** @returns Whether to give up on this shape: the node makes other templates, perhaps, but not these. */
  failed(generation: number, empty: boolean, now: Instant): boolean {
    this.#building = false;
    if (empty) {
      this.order(generation);
      return false;
    }
    this.#failures++;
    this.#retryAt = now + RETRY_MS;
    return this.#failures >= MAX_FAILURES;
  }

  #orderIfDue(generation: number, now: Instant): void {
    if (!this.#better || this.#building || now - this.#sentAt < this.#policy.minIntervalMs) return;
    this.order(generation);
  }

  #isWorthSending(template: NodeTemplate): boolean {
    const last = this.#work?.template;
    if (last === undefined || tipOf({ template }) !== tipOf({ template: last })) return true;
    for (const { waiting } of this.clients) if (waiting) return true;
    // The full one behind an empty one, whatever it pays.
    if (this.#isEmpty && template.merklePath.length > 0) return true;
    return template.fees >= last.fees + this.#policy.feeThreshold;
  }

  #send(template: NodeTemplate, now: Instant): void {
    this.#work = this.#shelf.add(template, now);
    this.#shelf.tipIs(template.prevHash, now);
    this.#sentAt = now;
    this.#log.debug("template.sent", {
      templateId: this.#work.id,
      height: template.height,
      fees: template.fees,
      clients: this.clients.size,
    });
    for (const client of this.clients) this.#give(client, this.#work, now);
  }

  #give(client: Client, work: Work, now: Instant): void {
    // Ids that a client sees always rise: an older template is sent under a new one.
    if (client.takes(work)) client.give(work, now);
    else client.give(this.#shelf.add(work.template, work.builtAt), now);
  }
}

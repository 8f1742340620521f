import { equalBytes } from "../../bitcoin/bytes.ts";
import type { NodeTemplate } from "../../node/node.ts";
import type { Instant } from "../../time.ts";
import type { TpPolicy } from "./config.ts";

/** A template that was given out, under one of its ids. */
export interface Work {
  readonly id: bigint;
  readonly template: NodeTemplate;
  /** When the node made it. */
  readonly builtAt: Instant;
  /** When its tip was replaced; undefined while it is the tip. */
  staleSince: Instant | undefined;
}

/**
 * Templates that were given out, for as long as a client may come back to them. All clients share
 * the ids, so a solution is known even after its finder had to connect anew.
 */
export class Shelf {
  readonly #policy: Pick<TpPolicy, "graceMs" | "keepMs" | "maxTemplates">;
  readonly #firstId: bigint;
  /** By id, so the oldest first. */
  readonly #works = new Map<bigint, Work>();
  readonly #uses = new Map<NodeTemplate, number>();
  #nextId: bigint;

  /** @param firstId Above every id of earlier runs, so that ids rise over restarts too, TDP-12. */
  constructor(policy: Pick<TpPolicy, "graceMs" | "keepMs" | "maxTemplates">, firstId: bigint) {
    this.#policy = policy;
    this.#firstId = firstId;
    this.#nextId = firstId;
  }

  /** Gives `template` an id of its own, higher than all before. */
  add(template: NodeTemplate, builtAt: Instant): Work {
    const work = { id: this.#nextId++, template, builtAt, staleSince: undefined };
    this.#works.set(work.id, work);
    this.#uses.set(template, (this.#uses.get(template) ?? 0) + 1);
    for (const [id, oldest] of this.#works) {
      if (this.#works.size <= this.#policy.maxTemplates) break;
      this.#drop(id, oldest);
    }
    return work;
  }

  get(id: bigint): Work | undefined {
    return this.#works.get(id);
  }

  /** Whether `id` was ever given to anyone by this process. */
  wasIssued(id: bigint): boolean {
    return this.#firstId <= id && id < this.#nextId;
  }

  /** Whether the time is over in which the transactions of `work` can be had. */
  isStale({ staleSince }: Work, now: Instant): boolean {
    return staleSince !== undefined && now - staleSince > this.#policy.graceMs;
  }

  /** What builds on another block grows stale from now on; what builds on this one is fresh again. */
  tipIs(hash: Uint8Array, now: Instant): void {
    for (const work of this.#works.values()) {
      if (equalBytes(work.template.prevHash, hash)) work.staleSince = undefined;
      else work.staleSince ??= now;
    }
  }

  /** Forgets what nobody will come back to. */
  tick(now: Instant): void {
    for (const [id, work] of this.#works) {
      const { staleSince } = work;
      if (staleSince !== undefined && now - staleSince > this.#policy.keepMs) this.#drop(id, work);
    }
  }

  #drop(id: bigint, { template }: Work): void {
    this.#works.delete(id);
    const uses = (this.#uses.get(template) ?? 1) - 1;
    if (uses > 0) {
      this.#uses.set(template, uses);
      return;
    }
    this.#uses.delete(template);
    template.release();
  }
}

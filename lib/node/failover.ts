import type { Network } from "../bitcoin/network.ts";
import { OperatorError, reasonOf, UsageError } from "../errors.ts";
import type { Host } from "../ports.ts";
import type { Instant } from "../time.ts";
import { Listeners } from "./listeners.ts";
import type {
  Node,
  NodeEvent,
  NodeHealth,
  NodeTemplate,
  SolvedBlock,
  TemplateConstraints,
  Tip,
  Verdict,
} from "./node.ts";

/** Milliseconds that a preferred node must have been well before it is returned to. */
const RETURN_MS = 30_000;
/** Milliseconds that a node may lack blocks which another has, before it is passed over. */
const BEHIND_MS = 60_000;
/** Milliseconds at the start in which a preferred node is waited for that has said nothing yet. */
const START_MS = 5_000;
/** Milliseconds between two looks at whom to prefer. */
const STEP_MS = 1_000;

/** One of the nodes, and how it has been. */
interface Member {
  readonly node: Node;
  /** Undefined while it is down. */
  tip: Tip | undefined;
  /** Whether it has told that it is up, or that it is down. */
  hasSpoken: boolean;
  /** Why it is down. */
  reason: string;
  /** Since when it has been up and no lower than the others; undefined if it is not. */
  wellSince: Instant | undefined;
  /** Since when another has had more blocks; undefined if none has. */
  behindSince: Instant | undefined;
}

/**
 * Several nodes of one network as one: templates come from the first that is well. A node that is down, or
 * that lacks blocks for a minute which another has, is passed over; the preferred one is returned to once
 * it has been well for half a minute, so that nobody is sent to and fro.
 */
export class FailoverNode implements Node {
  readonly name: string;
  readonly network: Network;
  readonly emptyTemplate?: (constraints: TemplateConstraints) => Promise<NodeTemplate>;
  readonly #members: readonly Member[];
  readonly #host: Pick<Host, "clock" | "log">;
  readonly #listeners = new Listeners();
  #active: Member | undefined;
  #startedAt: Instant | undefined;
  #hasTold = false;

  /** @param nodes In order of preference, at least one. */
  constructor(nodes: readonly Node[], host: Pick<Host, "clock" | "log">) {
    const [first] = nodes;
    if (first === undefined) throw new UsageError("Cannot fail over between no nodes");
    this.name = nodes.map(({ name }) => name).join(", ");
    this.network = first.network;
    this.#host = host;
    this.#members = nodes.map((node) => ({
      node,
      tip: undefined,
      hasSpoken: false,
      reason: "it has not been reached yet",
      wellSince: undefined,
      behindSince: undefined,
    }));
    if (nodes.some(({ emptyTemplate }) => emptyTemplate !== undefined)) {
      this.emptyTemplate = (constraints) =>
        this.#ask((node) => node.emptyTemplate?.(constraints) ?? node.template(constraints));
    }
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#host;
    this.#startedAt = clock.now();
    const stop = new AbortController();
    const all = AbortSignal.any([signal, stop.signal]);
    for (const member of this.#members) {
      member.node.subscribe((event) => this.#heard(member, event));
    }
    const running = Promise.all(
      this.#members.map((member) => this.#runMember(member, all).finally(() => stop.abort())),
    );
    while (!all.aborted) {
      await clock.sleep(STEP_MS, all);
      if (!all.aborted) this.#choose();
    }
    await running;
  }

  subscribe(listener: (event: NodeEvent) => void): () => void {
    return this.#listeners.add(listener);
  }

  template(constraints: TemplateConstraints): Promise<NodeTemplate> {
    return this.#ask((node) => node.template(constraints));
  }

  submit(block: SolvedBlock): Promise<Verdict> {
    return this.#ask((node) => node.submit(block));
  }

  health(): Promise<NodeHealth> {
    return this.#ask((node) => node.health());
  }

  /** Ends when everything does, or with a node that can never work. */
  async #runMember(member: Member, signal: AbortSignal): Promise<void> {
    const { node } = member;
    try {
      await node.run(signal);
    } catch (error) {
      // At the start it is a mistake to be mended before the node is missed. Later on, it is no reason to
      // take templates away from whom another node serves well.
      if (this.#active === undefined) throw error;
      const reason = reasonOf(error);
      const hint = "it is not asked again until the next start";
      this.#host.log.error("node.unusable", { node: node.name, reason, hint });
      this.#heard(member, { type: "down", reason });
      await aborted(signal);
    }
  }

  #ask<T>(question: (node: Node) => Promise<T>): Promise<T> {
    if (this.#active !== undefined) return question(this.#active.node);
    return Promise.reject(new OperatorError("peer", `No node is up: ${this.#reasons()}`));
  }

  #heard(member: Member, event: NodeEvent): void {
    if (event.type === "fees") {
      if (member === this.#active) this.#tell(event);
      return;
    }
    member.hasSpoken = true;
    if (event.type === "down") {
      member.tip = undefined;
      member.reason = event.reason;
    } else member.tip = event.tip;
    const before = this.#active;
    this.#choose();
    if (event.type !== "down" && member === before && member === this.#active) {
      this.#tell({ type: "tip", tip: event.tip });
    }
  }

  /** Looks who is well, and takes the first of them. */
  #choose(): void {
    const now = this.#host.clock.now();
    const heights = this.#members.map(({ tip }) => tip?.height ?? -1);
    const highest = Math.max(...heights);
    for (const member of this.#members) {
      const { tip } = member;
      const isLevel = tip !== undefined && tip.height >= highest;
      member.wellSince = isLevel ? member.wellSince ?? now : undefined;
      member.behindSince = tip === undefined || isLevel ? undefined : member.behindSince ?? now;
    }
    const next = this.#next(now);
    if (next === this.#active) {
      const isNews = next === undefined && !this.#hasTold &&
        this.#members.every(({ hasSpoken }) => hasSpoken);
      if (isNews) this.#tell({ type: "down", reason: this.#reasons() });
      return;
    }
    const before = this.#active;
    this.#active = next;
    if (next?.tip === undefined) return this.#tell({ type: "down", reason: this.#reasons() });
    if (this.#members.length > 1) this.#logSwitch(next, before, now);
    this.#tell({ type: before === undefined ? "up" : "tip", tip: next.tip });
  }

  #next(now: Instant): Member | undefined {
    const active = this.#active;
    const silent = this.#isStarting(now)
      ? this.#members.findIndex(({ hasSpoken }) => !hasSpoken)
      : -1;
    const heard = silent < 0 ? this.#members : this.#members.slice(0, silent);
    const up = heard.filter(({ tip }) => tip !== undefined);
    const fit = up.filter((member) => !isBehind(member, now));
    if (active?.tip === undefined || isBehind(active, now)) return fit[0] ?? up[0];
    const preferred = fit.find(({ wellSince }) =>
      wellSince !== undefined && now - wellSince >= RETURN_MS
    );
    if (preferred === undefined) return active;
    return this.#members.indexOf(preferred) < this.#members.indexOf(active) ? preferred : active;
  }

  #isStarting(now: Instant): boolean {
    return this.#startedAt === undefined || now - this.#startedAt < START_MS;
  }

  #logSwitch({ node }: Member, before: Member | undefined, now: Instant): void {
    const { log } = this.#host;
    if (before === undefined) return log.info("node.chosen", { node: node.name });
    const why = before.tip === undefined
      ? before.reason
      : isBehind(before, now)
      ? "it lacks blocks that another node has"
      : "a preferred node is well again";
    log.warn("node.switched", { node: node.name, from: before.node.name, reason: why });
  }

  #reasons(): string {
    return this.#members.map(({ reason }) => reason).join("; ");
  }

  #tell(event: NodeEvent): void {
    this.#hasTold = true;
    this.#listeners.tell(event);
  }
}

function isBehind({ behindSince }: Member, now: Instant): boolean {
  return behindSince !== undefined && now - behindSince >= BEHIND_MS;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

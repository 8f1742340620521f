/**
 * Bitcoin Core 31 and later over its Unix socket, the one that `-ipcbind=unix` opens: the interface that
 * was made for template providers. The node tells of a tip as soon as it has one, makes templates for
 * each client's constraints, and takes a solution without the block around it.
 *
 * Whoever can open the socket can do anything with the node. It is protected by its file's owner alone.
 *
 * @module
 */

import type { Network } from "../../bitcoin/network.ts";
import { OperatorError } from "../../errors.ts";
import { Listeners } from "../listeners.ts";
import type {
  Node,
  NodeEvent,
  NodeHealth,
  NodeTemplate,
  SolvedBlock,
  TemplateConstraints,
  Verdict,
} from "../node.ts";
import type { BlockTemplate } from "./block_template.ts";
import { explain, Link, type Linked } from "./link.ts";
import { type IpcNodeOptions, settled } from "./options.ts";
import type { Session } from "./session.ts";
import { submitBlock } from "./submission.ts";
import { nodeTemplate, readEmptyTemplate, readTemplate, type TemplateParts } from "./template.ts";
import { TipTimes } from "./tip_times.ts";
import { Transactions } from "./transactions.ts";

/** Milliseconds after which an empty template is made anew: only its time is old, and that little. */
const EMPTY_AGE_MS = 10_000;
/**
 * Milliseconds after which a template's transactions are asked for, whether anyone wants them or not: a
 * block that is found while the node is gone can be made with them, and cannot without.
 */
const PREFETCH_MS = 500;
const MIN_RESERVED_WEIGHT = 2_000;
const MAX_RESERVED_WEIGHT = 4_000_000;

/** What a template of ours is to the node, and by which connection. */
interface Held {
  readonly remote: BlockTemplate;
  readonly session: Session;
}

/** The backend, see the module. */
export class IpcNode implements Node {
  readonly name: string;
  readonly network: Network;
  readonly #options: Required<IpcNodeOptions>;
  readonly #link: Link;
  readonly #listeners = new Listeners();
  readonly #transactions: Transactions;
  readonly #times = new TipTimes();
  readonly #held = new WeakMap<NodeTemplate, Held>();

  constructor(options: IpcNodeOptions) {
    this.name = `ipc:${options.path}`;
    this.network = options.network;
    this.#options = settled(options);
    this.#link = new Link(this.#options, (event) => this.#tell(event));
    this.#transactions = new Transactions(this.#options.transactionBytes);
  }

  /** References to the node's objects that have not been released; each costs the node memory. */
  get held(): number {
    return this.#link.linked?.session.held ?? 0;
  }

  run(signal: AbortSignal): Promise<void> {
    return this.#link.run(signal);
  }

  subscribe(listener: (event: NodeEvent) => void): () => void {
    return this.#listeners.add(listener);
  }

  template(constraints: TemplateConstraints): Promise<NodeTemplate> {
    return this.#make("make a template", async ({ session, watch }) => {
      const made = await this.#ask(session, { ...constraints, useMempool: true });
      watch.made(made.parts);
      if (made.parts.merklePath.length > 0) void this.#prefetch(session, made.remote);
      return this.#wrap(session, made.remote, made.parts);
    });
  }

  /** There as soon as the tip is, without asking the node. */
  emptyTemplate(constraints: TemplateConstraints): Promise<NodeTemplate> {
    const { reservedWeight } = constraints;
    const fits = MIN_RESERVED_WEIGHT <= reservedWeight && reservedWeight <= MAX_RESERVED_WEIGHT;
    return this.#make("make an empty template", async ({ session, watch: { empty } }) => {
      const age = this.#options.host.clock.now() - (empty?.madeAt ?? -Infinity);
      if (empty !== undefined && fits && age <= EMPTY_AGE_MS) {
        empty.remote.hold();
        return this.#wrap(session, empty.remote, empty.parts);
      }
      const made = await this.#ask(session, { ...constraints, useMempool: false });
      return this.#wrap(session, made.remote, made.parts);
    });
  }

  submit(solved: SolvedBlock): Promise<Verdict> {
    return this.#with("submit a block", ({ session }) => {
      const held = solved.template && this.#held.get(solved.template);
      const isLive = held?.session === session && !held.remote.released;
      return submitBlock(session, solved, isLive ? held.remote : undefined);
    });
  }

  health(): Promise<NodeHealth> {
    return this.#with("say how the node is", async ({ session }) => {
      const { mining, rpc, threads: { calls } } = session;
      if (rpc !== undefined) {
        const [info, peers] = await Promise.all([rpc.chainInfo(calls), rpc.peers(calls)]);
        const { blocks, headers, initialDownload, tipTime } = info;
        return { blocks, headers, initialDownload, peers, tipTime };
      }
      // Bitcoin Core 31.0 tells no more than this; the tip's time is when it was first built on.
      const tip = await mining.getTip(calls);
      const initialDownload = await mining.isInitialBlockDownload(calls);
      const blocks = tip?.height ?? 0;
      const tipTime = (tip && this.#times.of(tip.hash)) ?? 0;
      return { blocks, headers: blocks, initialDownload, peers: undefined, tipTime };
    });
  }

  #make<T>(what: string, work: (linked: Linked) => Promise<T>): Promise<T> {
    const { down } = this.#link;
    if (down !== undefined) return Promise.reject(this.#failure(what, down));
    return this.#with(what, work);
  }

  /** @throws {OperatorError} And nothing else. */
  async #with<T>(what: string, work: (linked: Linked) => Promise<T>): Promise<T> {
    const { linked, down } = this.#link;
    if (linked === undefined) throw this.#failure(what, down ?? "there is no connection");
    try {
      return await work(linked);
    } catch (error) {
      throw this.#failure(what, explain(error), error);
    }
  }

  async #ask(
    { mining, threads: { calls } }: Session,
    constraints: TemplateConstraints & { readonly useMempool: boolean },
  ): Promise<{ readonly remote: BlockTemplate; readonly parts: TemplateParts }> {
    const remote = await mining.createNewBlock(constraints, calls);
    if (remote === undefined) throw new OperatorError("peer", "it is shutting down");
    try {
      const read = constraints.useMempool ? readTemplate : readEmptyTemplate;
      return { remote, parts: await read(remote, calls) };
    } catch (error) {
      remote.release();
      throw error;
    }
  }

  /** @param remote One use of it goes over to the template. */
  #wrap(session: Session, remote: BlockTemplate, parts: TemplateParts): NodeTemplate {
    let isReleased = false;
    const template = nodeTemplate(parts, {
      network: this.network,
      minTime: this.#times.add(parts.header.prevHash, parts.header.time),
      transactions: () => this.#transactionsOf(session, remote, parts),
      release: () => {
        if (isReleased) return;
        isReleased = true;
        remote.release();
        if (remote.released) this.#transactions.forget(remote);
      },
    });
    this.#held.set(template, { remote, session });
    return template;
  }

  /** Never rejects: whoever asks for them is told what is wrong. */
  async #prefetch({ threads, signal }: Session, remote: BlockTemplate): Promise<void> {
    await this.#options.host.clock.sleep(PREFETCH_MS, signal);
    if (remote.released || signal.aborted) return;
    // On the thread that nobody waits for.
    await this.#transactions.of(remote, threads.fees).catch(() => {});
  }

  async #transactionsOf(
    { threads }: Session,
    remote: BlockTemplate,
    { merklePath }: TemplateParts,
  ): Promise<readonly Uint8Array[]> {
    if (merklePath.length === 0) return [];
    try {
      return await this.#transactions.of(remote, threads.calls);
    } catch (error) {
      throw this.#failure("get a template's transactions", explain(error), error);
    }
  }

  #tell(event: NodeEvent): void {
    if (event.type === "up" || event.type === "tip") {
      const empty = this.#link.linked?.watch.empty;
      if (empty !== undefined) {
        this.#times.add(empty.parts.header.prevHash, empty.parts.header.time);
      }
    }
    this.#listeners.tell(event);
  }

  #failure(what: string, why: string, cause?: unknown): OperatorError {
    return new OperatorError("peer", `Cannot ${what}: ${this.name}: ${why}`, { cause });
  }
}

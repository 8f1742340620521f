import type { Connection, Path } from "./capture.ts";
import { HalfStream, type StreamSink } from "./half_stream.ts";
import { sourceOf, wayBack } from "./path.ts";

/** A connection, with the state of its two directions. */
export class Conversation {
  readonly connection: Connection;
  readonly up: HalfStream;
  readonly down: HalfStream;
  /** From the client to the server. */
  readonly path: Path;
  /** How it closed. It is remembered for what comes late. */
  closed: "fin" | "rst" | undefined;
  /** Its neighbours in {@link Conversations}, which alone touches them. */
  older: Conversation | undefined;
  newer: Conversation | undefined;

  constructor(path: Path, about: Pick<Connection, "id" | "isWhole">, sink: StreamSink) {
    this.path = path;
    this.connection = { ...about, client: sourceOf(path), server: sourceOf(wayBack(path)) };
    this.up = new HalfStream(this, "up", sink);
    this.down = new HalfStream(this, "down", sink);
  }
}

/** The connections that are remembered, by the time of their last segment. */
export class Conversations {
  readonly #halves = new Map<Path, HalfStream>();
  #oldest: Conversation | undefined;
  #newest: Conversation | undefined;

  get size(): number {
    return this.#halves.size / 2;
  }

  /** To be forgotten first: one that closed, or the longest idle. */
  get oldest(): Conversation | undefined {
    return this.#oldest;
  }

  /** All of them, those that were added first to the front. */
  *all(): Generator<Conversation> {
    for (const half of this.#halves.values()) if (half.direction === "up") yield half.conversation;
  }

  /** The direction that segments with this path belong to. */
  find(path: Path): HalfStream | undefined {
    return this.#halves.get(path);
  }

  add(conversation: Conversation): void {
    this.#halves.set(conversation.path, conversation.up);
    this.#halves.set(wayBack(conversation.path), conversation.down);
    this.#link(conversation);
  }

  remove(conversation: Conversation): void {
    this.#halves.delete(conversation.path);
    this.#halves.delete(wayBack(conversation.path));
    this.#unlink(conversation);
  }

  /** It had a segment just now. */
  touch(conversation: Conversation): void {
    if (conversation === this.#newest) return;
    this.#unlink(conversation);
    this.#link(conversation);
  }

  /** It closed: whatever still is open is worth more. */
  retire(conversation: Conversation): void {
    this.#unlink(conversation);
    const after = this.#oldest;
    conversation.newer = after;
    if (after === undefined) this.#newest = conversation;
    else after.older = conversation;
    this.#oldest = conversation;
  }

  #link(conversation: Conversation): void {
    const before = this.#newest;
    conversation.older = before;
    if (before === undefined) this.#oldest = conversation;
    else before.newer = conversation;
    this.#newest = conversation;
  }

  #unlink(conversation: Conversation): void {
    const { older, newer } = conversation;
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    conversation.older = conversation.newer = undefined;
  }
}

import type { Connection, Path, Segment, StreamEvent } from "./capture.ts";
import { Conversation, Conversations } from "./conversations.ts";
import type { HalfStream, StreamSink } from "./half_stream.ts";
import { sourceOf, wayBack } from "./path.ts";

/** How much is remembered, whatever a capture holds. */
export interface TcpLimits {
  /** Connections at a time, those that closed among them. */
  readonly connections: number;
  /** Bytes held back in one direction of one connection. */
  readonly heldByDirection: number;
  /** Bytes held back in all. */
  readonly heldInAll: number;
}

const LIMITS: TcpLimits = {
  connections: 2 ** 15,
  heldByDirection: 2 ** 22,
  heldInAll: 2 ** 26,
};

/** What became of the segments. */
export interface TcpCounts {
  /** Connections that were seen. */
  connections: number;
  /** Those given up while open: there were too many, or their ports were used anew. */
  forgotten: number;
  /** Gaps in streams. */
  gaps: number;
  /** Bytes in them. */
  missingBytes: number;
  /** Segments all of whose bytes had come before. */
  repeated: number;
  /** Segments with bytes on a connection that was closed: late, or captured on two interfaces. */
  late: number;
}

/**
 * Puts the segments of all connections in order. A connection appears with its first SYN, or the
 * first byte of it that is in the capture. Events have the time of the segment that caused them: a
 * byte's is when the receiver could have read it.
 *
 * Checksums are not known here (see `SegmentReader`), and a capture is not the receiver: what a stack
 * would refuse for its window or its timestamps is taken if nothing came before.
 */
export class TcpStreams {
  readonly counts: TcpCounts = {
    connections: 0,
    forgotten: 0,
    gaps: 0,
    missingBytes: 0,
    repeated: 0,
    late: 0,
  };
  readonly #deliver: (event: StreamEvent) => void;
  readonly #mostConnections: number;
  readonly #conversations = new Conversations();
  readonly #sink: StreamSink;
  #time = 0;

  /** @param deliver Called before {@link TcpStreams.push} returns; must not call it. */
  constructor(deliver: (event: StreamEvent) => void, limits: Partial<TcpLimits> = {}) {
    const { connections, heldByDirection, heldInAll } = { ...LIMITS, ...limits };
    this.#deliver = deliver;
    this.#mostConnections = connections;
    this.#sink = {
      data: (half, bytes) => this.#passData(half, bytes),
      gap: (half, bytes) => this.#passGap(half, bytes),
      mostHeld: heldByDirection,
      heldLeft: heldInAll,
    };
  }

  push(segment: Segment): void {
    this.#time = segment.time;
    const half = this.#halfOf(segment);
    if (half === undefined) return;
    const { conversation } = half;
    const { payload, missing } = segment;
    if (conversation.closed !== undefined) {
      if (payload.length + missing > 0) this.counts.late++;
      return;
    }
    this.#conversations.touch(conversation);
    const other = otherHalf(half);
    if (segment.rst) {
      if (half.canResetAt(segment.sequence)) this.#close(conversation, "rst");
      return;
    }
    if (segment.ack) other.acknowledge(segment.acknowledgment);
    const at = segment.sequence + (segment.syn ? 1 : 0);
    if (payload.length + missing > 0 && !half.take(at, payload, missing)) this.counts.repeated++;
    if (segment.fin) half.finish(at + payload.length + missing);
    if (half.isDone && other.isDone) this.#close(conversation, "fin");
  }

  /** Nothing more comes: what was held back goes out, with its gaps. What is open stays open. */
  end(): void {
    for (const conversation of this.#conversations.all()) flush(conversation);
  }

  /** The direction that a segment belongs to; of a new connection, if it begins one. */
  #halfOf(segment: Segment): HalfStream | undefined {
    const known = this.#conversations.find(segment.path);
    if (segment.rst) return known;
    if (segment.syn) return this.#halfOfSyn(segment, known);
    const hasBytes = segment.payload.length + segment.missing > 0;
    if (known === undefined) return hasBytes ? this.#openInTheMiddle(segment.path) : undefined;
    // Behind the end of a stream there is nothing, so this is a connection whose SYN was lost.
    const isNew = hasBytes && known.conversation.closed !== undefined &&
      known.isBehindEnd(segment.sequence);
    return isNew ? this.#openInTheMiddle(segment.path) : known;
  }

  #halfOfSyn({ path, ack, sequence }: Segment, known?: HalfStream): HalfStream {
    const isOpen = known !== undefined && known.conversation.closed === undefined;
    const first = (sequence + 1) >>> 0;
    // The same number again is the same connection, captured twice; unless nobody answered, and it
    // is tried once more.
    if (known?.startsAt(first) === true && (isOpen || otherHalf(known).isPlaced)) return known;
    // The other side's part of the handshake; or, without ACK, both dialled at the same time.
    if (isOpen && !known.isPlaced) {
      known.begin(first);
      return known;
    }
    if (!ack) {
      const { up } = this.#open(path, true);
      up.begin(first);
      return up;
    }
    const { down } = this.#open(wayBack(path), true);
    down.begin(first);
    return down;
  }

  #openInTheMiddle(path: Path): HalfStream {
    const back = wayBack(path);
    const isUp = sourceOf(path).port >= sourceOf(back).port;
    const conversation = this.#open(isUp ? path : back, false);
    return isUp ? conversation.up : conversation.down;
  }

  #open(path: Path, isWhole: boolean): Conversation {
    const old = this.#conversations.find(path);
    if (old !== undefined) this.#forget(old.conversation);
    const { oldest } = this.#conversations;
    if (oldest !== undefined && this.#conversations.size >= this.#mostConnections) {
      this.#forget(oldest);
    }
    const id = ++this.counts.connections;
    const conversation = new Conversation(path, { id, isWhole }, this.#sink);
    this.#conversations.add(conversation);
    this.#deliver({ type: "open", connection: conversation.connection, time: this.#time });
    return conversation;
  }

  #close(conversation: Conversation, how: "fin" | "rst"): void {
    flush(conversation);
    conversation.closed = how;
    this.#conversations.retire(conversation);
    this.#passClose(conversation.connection, how);
  }

  #forget(conversation: Conversation): void {
    this.#conversations.remove(conversation);
    if (conversation.closed !== undefined) return;
    this.counts.forgotten++;
    flush(conversation);
    this.#passClose(conversation.connection, "forgotten");
  }

  #passData({ conversation: { connection }, direction }: HalfStream, bytes: Uint8Array): void {
    this.#deliver({ type: "data", connection, time: this.#time, direction, bytes });
  }

  #passGap({ conversation: { connection }, direction }: HalfStream, bytes: number): void {
    this.counts.gaps++;
    this.counts.missingBytes += bytes;
    this.#deliver({ type: "gap", connection, time: this.#time, direction, bytes });
  }

  #passClose(connection: Connection, how: "fin" | "rst" | "forgotten"): void {
    this.#deliver({ type: "close", connection, time: this.#time, how });
  }
}

function otherHalf({ conversation, direction }: HalfStream): HalfStream {
  return direction === "up" ? conversation.down : conversation.up;
}

function flush({ up, down }: Conversation): void {
  up.flush();
  down.flush();
}

import type { CaptureBlock, CaptureReader, StreamEvent } from "./capture.ts";
import { readerFor, TELLING_BYTES } from "./format.ts";
import type { PassedOverCount } from "./passed_over.ts";
import { type PacketCounts, SegmentReader } from "./segment_reader.ts";
import { type TcpCounts, type TcpLimits, TcpStreams } from "./tcp.ts";

/** Takes what is in a capture. What it is given is good during the call only. */
export interface CaptureSink {
  /** Something happened on a connection. */
  stream(event: StreamEvent): void;
  /** The capture has secrets of this kind in it: see `CaptureBlock`. */
  secrets(kind: number, bytes: Uint8Array): void;
}

/** What a capture had in it. */
export interface CaptureCounts extends Readonly<PacketCounts>, Readonly<TcpCounts> {
  /** Bytes of the capture that were read. */
  readonly bytes: number;
  /** Datagrams of IP of which a fragment was missing. */
  readonly incompleteDatagrams: number;
  /** Packets without TCP, the most frequent kind first. */
  readonly passedOver: readonly PassedOverCount[];
}

const NOTHING: Uint8Array = new Uint8Array(0);

/**
 * A capture of any format, from its bytes to streams in order. It needs memory for one block, and for
 * what TCP holds back.
 */
export class CaptureStreams {
  readonly #sink: CaptureSink;
  readonly #segments = new SegmentReader();
  readonly #tcp: TcpStreams;
  readonly #take: (block: CaptureBlock) => void;
  #reader: CaptureReader | undefined;
  /** The first bytes, while they do not tell the format. */
  #first = NOTHING;
  #bytesRead = 0;

  constructor(sink: CaptureSink, limits: Partial<TcpLimits> = {}) {
    this.#sink = sink;
    this.#tcp = new TcpStreams((event) => sink.stream(event), limits);
    this.#take = (block) => this.#takeBlock(block);
  }

  /** How far it is: bytes that were pushed. */
  get bytesRead(): number {
    return this.#bytesRead;
  }

  /** What was in it so far. */
  counts(): CaptureCounts {
    return {
      bytes: this.#bytesRead,
      ...this.#segments.counts,
      ...this.#tcp.counts,
      incompleteDatagrams: this.#segments.incompleteDatagrams,
      passedOver: this.#segments.passedOver.list(),
    };
  }

  /**
   * @param chunk Of any length; a megabyte is good. Used during the call only.
   * @throws {DecodeError} If the capture is damaged, or is none. Everything that came before has gone
   * to the sink then, as after {@link CaptureStreams.end}; nothing more can be pushed.
   */
  push(chunk: Uint8Array): void {
    this.#bytesRead += chunk.length;
    try {
      this.#begin(chunk, false);
      this.#reader?.push(chunk, this.#take);
    } catch (error) {
      this.#tcp.end();
      throw error;
    }
  }

  /**
   * The capture has ended: what was held back goes to the sink.
   *
   * @throws {DecodeError} `truncated`, after that, if it ended in the middle of something.
   */
  end(): void {
    try {
      this.#begin(NOTHING, true);
      this.#reader?.end();
    } finally {
      this.#tcp.end();
    }
  }

  /** Finds the reader, and has it read the chunks before this one. */
  #begin(chunk: Uint8Array, isAll: boolean): void {
    if (this.#reader !== undefined) return;
    const more = chunk.subarray(0, TELLING_BYTES - this.#first.length);
    const first = Uint8Array.of(...this.#first, ...more);
    this.#reader = readerFor(first, isAll);
    if (this.#reader === undefined) this.#first = first;
    else this.#reader.push(this.#first, this.#take);
  }

  #takeBlock(block: CaptureBlock): void {
    if (block.type === "secrets") {
      this.#sink.secrets(block.kind, block.bytes);
      return;
    }
    const segment = this.#segments.read(block.packet);
    if (segment !== undefined) this.#tcp.push(segment);
  }
}

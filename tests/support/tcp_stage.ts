import type { Connection, Segment, StreamEvent } from "../../lib/capture/capture.ts";
import { ipv4Path } from "../../lib/capture/path.ts";
import { type TcpLimits, TcpStreams } from "../../lib/capture/tcp.ts";

/** What a segment says. Numbers without `ack` acknowledge nothing. */
export interface Sent {
  readonly time?: number;
  readonly seq?: number;
  readonly ack?: number;
  /** Letters of `SFR`; `ack` is by itself. */
  readonly flags?: string;
  readonly text?: string;
  readonly missing?: number;
  /** The client's port, by which connections are told apart. */
  readonly port?: number;
}

/** Segments of connections from 10.0.0.1 to port 3333 of 10.0.0.2, and what comes of them, as text. */
export class TcpStage {
  readonly events: string[] = [];
  readonly connections: Connection[] = [];
  readonly times: number[] = [];
  readonly streams: TcpStreams;
  #seen = 0;

  constructor(limits: Partial<TcpLimits> = {}) {
    this.streams = new TcpStreams((event) => {
      this.events.push(textOf(event));
      this.times.push(event.time);
      if (event.type === "open") this.connections.push(event.connection);
    }, limits);
  }

  /** The client sends. @returns What came of it. */
  up(sent: Sent): string[] {
    return this.#push(segmentOf(sent, true));
  }

  /** The server sends. @returns What came of it. */
  down(sent: Sent): string[] {
    return this.#push(segmentOf(sent, false));
  }

  /** The handshake of a connection: the client's first byte is number 101, the server's 501. */
  open(port?: number): string[] {
    const ports = port === undefined ? {} : { port };
    return [
      ...this.up({ ...ports, seq: 100, flags: "S" }),
      ...this.down({ ...ports, seq: 500, ack: 101, flags: "S" }),
      ...this.up({ ...ports, seq: 101, ack: 501 }),
    ];
  }

  end(): string[] {
    this.streams.end();
    return this.#news();
  }

  #push(segment: Segment): string[] {
    this.streams.push(segment);
    return this.#news();
  }

  #news(): string[] {
    const news = this.events.slice(this.#seen);
    this.#seen = this.events.length;
    return news;
  }
}

/** A segment of such a connection. */
export function segmentOf(sent: Sent, isUp: boolean): Segment {
  const { time = 0, seq = 0, ack, flags = "", text = "", missing = 0, port = 40_000 } = sent;
  const [client, server] = [[10, 0, 0, 1], [10, 0, 0, 2]] as const;
  const addresses = Uint8Array.of(...(isUp ? [...client, ...server] : [...server, ...client]));
  return {
    time,
    path: ipv4Path(addresses, 0, isUp ? port * 2 ** 16 + 3333 : 3333 * 2 ** 16 + port),
    sequence: seq >>> 0,
    acknowledgment: (ack ?? 0) >>> 0,
    syn: flags.includes("S"),
    ack: ack !== undefined,
    fin: flags.includes("F"),
    rst: flags.includes("R"),
    payload: new TextEncoder().encode(text),
    missing,
  };
}

function textOf(event: StreamEvent): string {
  const { id } = event.connection;
  switch (event.type) {
    case "open":
      return `${id} open`;
    case "data":
      return `${id} ${event.direction} ${new TextDecoder().decode(event.bytes)}`;
    case "gap":
      return `${id} ${event.direction} gap ${event.bytes}`;
    case "close":
      return `${id} ${event.how}`;
  }
}

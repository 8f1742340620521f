import { UsageError } from "../errors.ts";
import { addressBytes } from "./address.ts";
import type { Direction, Endpoint } from "./capture.ts";
import { TCP_FLAG, tcpPacket, type WrittenLink } from "./tcp_packet.ts";

/** What a {@link TcpWriter} makes packets of. */
export interface WrittenConnection {
  readonly client: Endpoint;
  readonly server: Endpoint;
  /** Where its numbers begin. Two connections between the same ports must not have the same. */
  readonly firstSequence: number;
  /** Without a header of Ethernet, unless told otherwise. */
  readonly link?: WrittenLink;
  /** Most bytes of payload in a packet; by default as on Ethernet. */
  readonly maxSegment?: number;
}

const USUAL_MAX_SEGMENT = 1_460;
const NOTHING: Uint8Array = new Uint8Array(0);
const WINDOW_SCALE = 14;

interface Side {
  readonly address: Uint8Array;
  readonly port: number;
  /** Of the next byte that it sends, counting on beyond 32 bits. */
  sequence: number;
}

/**
 * Packets of a TCP connection that would have carried a stream: what was seen as bytes, written down
 * so that Wireshark, and our own reader, find the stream again.
 */
export class TcpWriter {
  readonly #sides: Readonly<Record<Direction, Side>>;
  readonly #link: WrittenLink;
  readonly #maxSegment: number;

  /** @throws {UsageError} If an address is no IP address. */
  constructor(connection: WrittenConnection) {
    const { client, server, firstSequence, link = "raw" } = connection;
    this.#link = link;
    this.#maxSegment = connection.maxSegment ?? USUAL_MAX_SEGMENT;
    const addresses = [bytesOf(client), bytesOf(server)] as const;
    const [up, down] = addresses[0].length === addresses[1].length
      ? addresses
      : addresses.map(mapped);
    this.#sides = {
      up: { address: up, port: client.port, sequence: firstSequence },
      down: { address: down, port: server.port, sequence: firstSequence },
    };
  }

  /** The handshake. */
  open(): Uint8Array[] {
    const [high, low] = [this.#maxSegment >>> 8, this.#maxSegment & 0xff];
    // The largest window, for it is not known how much the other side had acknowledged.
    const options = Uint8Array.of(2, 4, high, low, 1, 3, 3, WINDOW_SCALE);
    return [
      this.#packet("up", { flags: TCP_FLAG.syn, options }),
      this.#packet("down", { flags: TCP_FLAG.syn | TCP_FLAG.ack, options }),
      this.#packet("up", { flags: TCP_FLAG.ack }),
    ];
  }

  /** Bytes that went in this direction, in as many packets as they need. */
  data(direction: Direction, bytes: Uint8Array): Uint8Array[] {
    const packets: Uint8Array[] = [];
    const flags = TCP_FLAG.push | TCP_FLAG.ack;
    for (let at = 0; at < bytes.length; at += this.#maxSegment) {
      const payload = bytes.subarray(at, at + this.#maxSegment);
      packets.push(this.#packet(direction, { flags, payload }));
    }
    return packets;
  }

  /**
   * So many bytes went in this direction that nobody has. The other side acknowledges them, so that it
   * is plain that they are missing and not late.
   */
  gap(direction: Direction, bytes: number): Uint8Array[] {
    this.#advance(direction, bytes);
    return [this.#packet(direction === "up" ? "down" : "up", { flags: TCP_FLAG.ack })];
  }

  /** Both sides end it. */
  close(): Uint8Array[] {
    const flags = TCP_FLAG.fin | TCP_FLAG.ack;
    return [
      this.#packet("up", { flags }),
      this.#packet("down", { flags }),
      this.#packet("up", { flags: TCP_FLAG.ack }),
    ];
  }

  /** One side breaks it off. */
  reset(direction: Direction): Uint8Array[] {
    return [this.#packet(direction, { flags: TCP_FLAG.rst | TCP_FLAG.ack })];
  }

  #packet(
    direction: Direction,
    { flags, payload = NOTHING, options = NOTHING }: {
      readonly flags: number;
      readonly payload?: Uint8Array;
      readonly options?: Uint8Array;
    },
  ): Uint8Array {
    const { up, down } = this.#sides;
    const [side, other] = direction === "up" ? [up, down] : [down, up];
    const packet = tcpPacket({
      link: this.#link,
      from: side.address,
      to: other.address,
      fromPort: side.port,
      toPort: other.port,
      sequence: side.sequence,
      acknowledgment: (flags & TCP_FLAG.ack) === 0 ? 0 : other.sequence,
      flags,
      options,
      payload,
    });
    const isCounted = (flags & (TCP_FLAG.syn | TCP_FLAG.fin)) !== 0;
    this.#advance(direction, payload.length + (isCounted ? 1 : 0));
    return packet;
  }

  #advance(direction: Direction, bytes: number): void {
    this.#sides[direction].sequence += bytes;
  }
}

function bytesOf({ address }: Endpoint): Uint8Array {
  const bytes = addressBytes(address);
  if (bytes === undefined) throw new UsageError("Cannot write packets of what is no IP address");
  return bytes;
}

/** The address as one of IPv6, RFC 4291 §2.5.5.2. */
function mapped(address: Uint8Array): Uint8Array {
  if (address.length === 16) return address;
  return Uint8Array.of(...new Uint8Array(10), 0xff, 0xff, ...address);
}

import type { Connection, StreamEvent } from "./capture.ts";
import { PcapngWriter } from "./pcapng_writer.ts";
import { WRITTEN_LINK_TYPE } from "./tcp_packet.ts";
import { TcpWriter } from "./tcp_writer.ts";

const LINK = "raw";
/** 2^32 times the golden ratio: keeps the numbers of connections that follow one another far apart. */
const APART = 0x9e3779b9;

/**
 * Writes down what happens on connections as a capture in pcapng, with packets as they might have
 * been: the reverse of `CaptureStreams`. Each method gives bytes to be appended to the file.
 */
export class CaptureWriter {
  readonly #blocks = new PcapngWriter();
  readonly #connections = new Map<Connection["id"], TcpWriter>();

  /** The file's beginning. @param application What writes it, with its version. */
  begin(application: string): Uint8Array {
    const section = this.#blocks.section(application);
    const linkType = WRITTEN_LINK_TYPE[LINK];
    return joined([section, this.#blocks.interface({ linkType, name: "streams" })]);
  }

  /** Secrets, to be written before the data they open. @param kind As in secrets.ts. */
  secrets(kind: number, bytes: Uint8Array): Uint8Array {
    return this.#blocks.secrets(kind, bytes);
  }

  /**
   * What happened. A connection whose beginning was not seen gets no handshake, so that a reader knows.
   *
   * @throws {UsageError} If a connection is between what are no IP addresses.
   */
  event(event: StreamEvent): Uint8Array {
    const packets = this.#packetsOf(event);
    return joined(
      packets.map((bytes) =>
        this.#blocks.packet(0, { time: event.time, bytes, length: bytes.length })
      ),
    );
  }

  #packetsOf(event: StreamEvent): Uint8Array[] {
    const { id, isWhole } = event.connection;
    const writer = this.#connections.get(id) ?? this.#add(event.connection);
    switch (event.type) {
      case "open":
        return isWhole ? writer.open() : [];
      case "data":
        return writer.data(event.direction, event.bytes);
      case "gap":
        return writer.gap(event.direction, event.bytes);
      case "close":
        this.#connections.delete(id);
        if (event.how === "forgotten") return [];
        return event.how === "fin" ? writer.close() : writer.reset("up");
    }
  }

  #add({ id, client, server }: Connection): TcpWriter {
    const firstSequence = Math.imul(id, APART) >>> 0;
    const writer = new TcpWriter({ client, server, firstSequence, link: LINK });
    this.#connections.set(id, writer);
    return writer;
  }
}

function joined(blocks: readonly Uint8Array[]): Uint8Array {
  const [only] = blocks;
  if (blocks.length === 1 && only !== undefined) return only;
  const bytes = new Uint8Array(blocks.reduce((size, { length }) => size + length, 0));
  let at = 0;
  for (const block of blocks) {
    bytes.set(block, at);
    at += block.length;
  }
  return bytes;
}

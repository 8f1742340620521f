import type { Connection, Direction, Micros, StreamEvent } from "../../capture/capture.ts";
import type { Protocol } from "../../codec/message.ts";
import type { Frame } from "../../frame/frame.ts";
import { SetupConnection } from "../../messages/common.ts";
import { formatAddress } from "../../ports.ts";
import { Dissector } from "./dissector.ts";
import { protocolNumbered } from "../naming.ts";
import { type Findings, type Note, opposite } from "./findings.ts";
import type { KeyRing } from "../keys/keys.ts";
import type { Shared } from "./sealed_direction.ts";
import { Traffic } from "./traffic.ts";

/** Who hears what happens on a connection. */
export interface Listener {
  frame(seen: Seen, direction: Direction, frame: Frame): void;
  line(seen: Seen, direction: Direction, text: string): void;
  note(seen: Seen, note: Note): void;
}

/** What is known of the connection by then. */
export interface Seen {
  /** As it is known by now: who dialled may have been found out. */
  readonly connection: Connection;
  /** What SetupConnection asked for. */
  readonly protocol: Protocol | undefined;
}

/** The first that is seen of a connection. */
export interface Begun {
  readonly connection: Connection;
  readonly time: Micros;
  /** `open`, if it is its beginning. */
  readonly type?: StreamEvent["type"];
}

/** How a connection ends. */
export type Ending = (StreamEvent & { readonly type: "close" })["how"] | "open";

/** One connection, from the first that is seen of it to the last. */
export class Followed implements Findings, Seen {
  readonly #listener: Listener;
  readonly #dissector: Dissector;
  readonly #traffic: Traffic;
  #connection: Connection;
  #protocol: Protocol | undefined;
  #isReversed = false;

  constructor(
    event: Begun,
    { ring, shared, listener }: {
      readonly ring: KeyRing;
      readonly shared: Shared;
      readonly listener: Listener;
    },
  ) {
    const { time } = event;
    // One that was let go comes again in the middle.
    const isWhole = event.connection.isWhole && event.type === "open";
    const connection = { ...event.connection, isWhole };
    this.#connection = connection;
    this.#listener = listener;
    this.#traffic = new Traffic(time);
    const opened = isWhole ? time : undefined;
    this.#dissector = new Dissector({ connection, opened, ring, shared, findings: this });
    this.#tellOpened();
  }

  get connection(): Connection {
    return this.#connection;
  }

  get protocol(): Protocol | undefined {
    return this.#protocol;
  }

  data(direction: Direction, bytes: Uint8Array, time: Micros): void {
    const isAfterHandshake = this.#dissector.stages !== undefined;
    this.#traffic.data(direction, bytes.length, time, isAfterHandshake);
    this.#dissector.data(direction, bytes, time);
  }

  /** What was decrypted before it came here. */
  pass(
    { direction, bytes, frames, isBroken }: {
      readonly direction: Direction;
      /** As they were before. */
      readonly bytes: number;
      /** Their payloads are kept. */
      readonly frames: readonly Frame[];
      readonly isBroken: boolean;
    },
    time: Micros,
  ): void {
    const isAfterHandshake = this.#dissector.stages !== undefined;
    this.#traffic.data(direction, bytes, time, isAfterHandshake);
    for (const frame of frames) this.frame(direction, frame);
    if (!isBroken) return;
    this.note({
      direction,
      code: "undecryptable",
      text:
        "What comes here does not decrypt: it is not what its sender sealed with this session's key",
    });
  }

  gap(direction: Direction, bytes: number): void {
    const many = bytes === 0 ? "Some bytes" : bytes === 1 ? "1 byte" : `${bytes} bytes`;
    this.note({
      direction,
      code: "gap",
      text: `${many} not in the capture`,
      facts: { bytes },
    });
    this.#dissector.gap(direction, bytes);
  }

  close(how: Ending, time: Micros): void {
    const { stages, isHalfOpen } = this.#dissector;
    this.#dissector.close();
    const { code, text, facts = {} } = this.#traffic.note(how, time, { stages, isHalfOpen });
    this.note({ code, text, facts });
  }

  frame(direction: Direction, frame: Frame): void {
    this.#traffic.message(direction);
    const { extensionType, msgType, payload } = frame;
    if (extensionType === SetupConnection.extension && msgType === SetupConnection.id) {
      this.#protocol ??= protocolNumbered(payload[0]);
    }
    this.#listener.frame(this, this.#really(direction), frame);
  }

  line(direction: Direction, text: string): void {
    this.#traffic.message(direction);
    this.#listener.line(this, this.#really(direction), text);
  }

  note(note: Note): void {
    const { direction } = note;
    const really = direction && this.#really(direction);
    this.#listener.note(this, { ...note, ...really !== undefined && { direction: really } });
  }

  reverse(): void {
    this.#isReversed = !this.#isReversed;
    const { client, server } = this.#connection;
    this.#connection = { ...this.#connection, client: server, server: client };
    this.note({
      code: "sides-swapped",
      text: `${ends(this.#connection)}: it is the client that has the lower port`,
    });
  }

  #tellOpened(): void {
    const { isWhole } = this.#connection;
    this.note({
      code: "connection-opened",
      text: ends(this.#connection) + (isWhole ? "" : "; it began before the capture"),
      facts: { whole: isWhole },
    });
  }

  #really(direction: Direction): Direction {
    return this.#isReversed ? opposite(direction) : direction;
  }
}

/** Who dialled whom. */
function ends({ client, server }: Connection): string {
  const [from, to] = [client, server].map(({ address, port }) =>
    formatAddress({ hostname: address, port })
  );
  return `${from} → ${to}`;
}

/**
 * A network that remembers what went over its connections and when, as their clients saw it; with the
 * keys that the hosts logged, that becomes entries.
 *
 * @module
 */

import { concatBytes } from "../../lib/bitcoin/bytes.ts";
import type { Connection, Direction, Micros } from "../../lib/capture/capture.ts";
import { CaptureWriter } from "../../lib/capture/capture_writer.ts";
import type { Entry } from "../../lib/inspect/entry.ts";
import { frameEntry } from "../../lib/inspect/frame_entry.ts";
import { ACT1_SIZE, ACT2_SIZE } from "../../lib/noise/handshake.ts";
import { FrameOpener } from "../../lib/noise/transport.ts";
import type { Address, Socket } from "../../lib/ports.ts";
import { type FakeClock, FakeNetwork } from "./fake_host.ts";

interface Piece {
  readonly direction: Direction;
  readonly time: Micros;
  /** Of all pieces of the network. */
  readonly order: number;
  readonly bytes: Uint8Array;
}

interface Recorded {
  readonly connection: Connection;
  readonly opened: { readonly time: Micros; readonly order: number };
  readonly pieces: Piece[];
}

export class RecordingNetwork extends FakeNetwork {
  readonly #clock: FakeClock;
  readonly #recorded: Recorded[] = [];
  #order = 0;

  constructor(clock: FakeClock) {
    super();
    this.#clock = clock;
    this.keepsWire = false;
  }

  override async connect(to: Address, ip: string): Promise<Socket> {
    const socket = await super.connect(to, ip);
    const id = this.#recorded.length + 1;
    const client = { address: ip, port: 50_000 + id };
    const server = { address: to.hostname, port: to.port };
    const opened = { time: this.#now(), order: this.#order++ };
    const pieces: Piece[] = [];
    this.#recorded.push({ connection: { id, client, server, isWhole: true }, opened, pieces });
    const keep = (direction: Direction, bytes: Uint8Array): void => {
      pieces.push({ direction, time: this.#now(), order: this.#order++, bytes: bytes.slice() });
    };
    return {
      peer: socket.peer,
      ...socket.local !== undefined && { local: socket.local },
      async read(buffer) {
        const length = await socket.read(buffer);
        if (length !== null) keep("down", buffer.subarray(0, length));
        return length;
      },
      write(bytes) {
        keep("up", bytes);
        return socket.write(bytes);
      },
      close: () => socket.close(),
    };
  }

  /** Everything that was said. @param keys Lines of `FakeHost.keys`. */
  entries(keys: readonly string[]): Entry[] {
    const sessions = sessionsIn(keys);
    const found = this.#recorded.flatMap((recorded) => read(recorded, sessions));
    found.sort((a, b) => a.order - b.order);
    return found.map(({ make }, i) => make(i + 1));
  }

  /** The same as a capture in pcapng, encrypted. */
  capture(): Uint8Array {
    const writer = new CaptureWriter();
    const events = this.#recorded.flatMap(({ connection, opened, pieces }) => [
      { order: opened.order, event: { type: "open", connection, time: opened.time } as const },
      ...pieces.map(({ direction, time, order, bytes }) => ({
        order,
        event: { type: "data", connection, time, direction, bytes } as const,
      })),
    ]).sort((a, b) => a.order - b.order);
    return concatBytes(
      writer.begin("test"),
      ...events.map(({ event }) => writer.event(event)),
    );
  }

  #now(): Micros {
    return 1_700_000_000_000_000 + (this.#clock.now() - 1_000) * 1_000;
  }
}

interface Found {
  readonly order: number;
  readonly make: (number: number) => Entry;
}

interface Session {
  readonly up: Uint8Array;
  readonly down: Uint8Array;
}

function sessionsIn(keys: readonly string[]): Session[] {
  const sessions = new Map<string, { up?: Uint8Array; down?: Uint8Array }>();
  for (const line of keys.join("").split("\n")) {
    const [label, hash = "", key = ""] = line.split(" ");
    const session = sessions.get(hash) ?? {};
    sessions.set(hash, session);
    if (label === "SV2_CLIENT_TO_SERVER") session.up = Uint8Array.fromHex(key);
    if (label === "SV2_SERVER_TO_CLIENT") session.down = Uint8Array.fromHex(key);
  }
  return [...sessions.values()].flatMap(({ up, down }) =>
    up !== undefined && down !== undefined ? [{ up, down }] : []
  );
}

/** Frames of one connection, by the session whose keys fit. */
function read(recorded: Recorded, sessions: readonly Session[]): Found[] {
  const { connection, opened } = recorded;
  const found: Found[] = [note(recorded, "connection-opened", opened)];
  for (const session of sessions) {
    try {
      const frames = (["up", "down"] as const).flatMap((direction) =>
        framesOf(recorded, direction, session[direction])
      );
      const done = recorded.pieces.find(({ direction }) => direction === "down");
      if (done !== undefined) found.push(note(recorded, "handshake-done", done));
      return [...found, ...frames];
    } catch {
      // Another session's.
    }
  }
  if (recorded.pieces.length > 2) throw new Error(`no key fits connection ${connection.id}`);
  return found;
}

function framesOf(
  { connection, pieces }: Recorded,
  direction: Direction,
  key: Uint8Array,
): Found[] {
  const found: Found[] = [];
  const opener = new FrameOpener(key);
  let skip = direction === "up" ? ACT1_SIZE : ACT2_SIZE;
  for (const piece of pieces) {
    if (piece.direction !== direction) continue;
    const bytes = piece.bytes.subarray(Math.min(skip, piece.bytes.length));
    skip -= piece.bytes.length - bytes.length;
    const { order, time } = piece;
    opener.push(bytes, (frame) => {
      const kept = { ...frame, payload: frame.payload.slice() };
      const make = (number: number): Entry =>
        frameEntry({ number, time, connection, direction }, kept);
      found.push({ order, make });
    });
  }
  return found;
}

function note(
  { connection }: Recorded,
  code: string,
  { time, order }: { readonly time: Micros; readonly order: number },
): Found {
  const make = (number: number): Entry => ({
    kind: "note",
    number,
    time,
    connection,
    direction: undefined,
    code,
    text: code,
    facts: {},
  });
  return { order, make };
}

import type { Direction } from "../../capture/capture.ts";
import { ClearReader } from "./clear_reader.ts";
import type { Conversation, Findings } from "./findings.ts";
import { listenerFor } from "./frame_listener.ts";
import type { Room } from "./room.ts";

/** Stratum V2 without encryption: not allowed by the specification, but usual inside one machine. */
export class ClearConversation implements Conversation {
  readonly #readers: Readonly<Record<Direction, ClearReader>>;

  constructor(room: Room, findings: Findings) {
    const of = (direction: Direction) => new ClearReader(room, listenerFor(direction, findings));
    this.#readers = { up: of("up"), down: of("down") };
  }

  data(direction: Direction, bytes: Uint8Array): void {
    this.#readers[direction].push(bytes);
  }

  gap(direction: Direction, bytes: number): void {
    this.#readers[direction].miss(bytes);
  }

  close(): void {
    this.#readers.up.drop();
    this.#readers.down.drop();
  }
}

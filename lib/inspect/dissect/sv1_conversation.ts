import type { Direction } from "../../capture/capture.ts";
import type { Conversation, Findings } from "./findings.ts";
import { LineReader } from "./line_reader.ts";
import type { Room } from "./room.ts";

/** Stratum V1: lines of JSON both ways. */
export class Sv1Conversation implements Conversation {
  readonly #readers: Readonly<Record<Direction, LineReader>>;

  /** @param isWhole Whether the first bytes begin lines. */
  constructor(room: Room, findings: Findings, isWhole: boolean) {
    const of = (direction: Direction) => {
      const listener = {
        line: (text: string) => findings.line(direction, text),
        tooLong: () =>
          findings.note({
            direction,
            code: "line-too-long",
            text: "A line cannot be shown: it has more than 1 MiB, or too many are unfinished",
          }),
      };
      return new LineReader(room, listener, isWhole);
    };
    this.#readers = { up: of("up"), down: of("down") };
  }

  data(direction: Direction, bytes: Uint8Array): void {
    this.#readers[direction].push(bytes);
  }

  gap(direction: Direction): void {
    this.#readers[direction].miss();
  }

  close(): void {
    this.#readers.up.end();
    this.#readers.down.end();
  }
}

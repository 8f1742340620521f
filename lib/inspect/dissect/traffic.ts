import type { Direction, Micros, StreamEvent } from "../../capture/capture.ts";
import type { Note } from "./findings.ts";
import type { Stages } from "./handshake_notes.ts";
import { spanText } from "../spans.ts";

interface Count {
  bytes: number;
  messages: number;
}

const HOW = {
  fin: "",
  rst: "reset ",
  forgotten: "given up, as too many were open, ",
  open: "still open at the end, ",
} as const;

/** How much one connection carried. */
export class Traffic {
  readonly #first: Micros;
  #last: Micros;
  readonly #counts: Readonly<Record<Direction, Count>> = {
    up: { bytes: 0, messages: 0 },
    down: { bytes: 0, messages: 0 },
  };
  /** When the client's first byte after the handshake came. */
  #afterHandshake: Micros | undefined;

  constructor(first: Micros) {
    this.#first = first;
    this.#last = first;
  }

  /** @param isAfterHandshake A handshake was seen, and is over. */
  data(direction: Direction, bytes: number, time: Micros, isAfterHandshake: boolean): void {
    this.#counts[direction].bytes += bytes;
    this.#last = time;
    if (isAfterHandshake && direction === "up") this.#afterHandshake ??= time;
  }

  message(direction: Direction): void {
    this.#counts[direction].messages++;
  }

  /** What there is to say at the end. @param stages Of the handshake, if one was seen. */
  note(
    how: (StreamEvent & { readonly type: "close" })["how"] | "open",
    time: Micros,
    { stages, isHalfOpen }: { readonly stages: Stages | undefined; readonly isHalfOpen: boolean },
  ): Note {
    const { up, down } = this.#counts;
    const lasted = Math.max(time, this.#last) - this.#first;
    const seconds = lasted / 1_000_000;
    const start = this.#afterHandshake;
    const firstMessage = stages === undefined || start === undefined
      ? undefined
      : start - stages.act2;
    const half = isHalfOpen ? "; the server did not answer Act 1" : "";
    return {
      code: how === "open" ? "connection-unfinished" : "connection-closed",
      text: `${HOW[how]}after ${spanText(lasted)}; up ${countText(up, seconds)}, ` +
        `down ${countText(down, seconds)}${half}`,
      facts: {
        how,
        lasted_us: Math.round(lasted),
        up_bytes: up.bytes,
        up_messages: up.messages,
        down_bytes: down.bytes,
        down_messages: down.messages,
        ...firstMessage !== undefined && { first_message_us: Math.round(firstMessage) },
      },
    };
  }
}

function countText({ bytes, messages }: Count, seconds: number): string {
  const rate = seconds >= 1 ? ` (${bytesText(bytes / seconds)}/s)` : "";
  const read = messages === 0 ? "" : `${messages} message${messages === 1 ? "" : "s"}, `;
  return `${read}${bytesText(bytes)}${rate}`;
}

/** An amount of bytes as people say it. */
export function bytesText(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let [value, unit] = [bytes, 0];
  while (value >= 999.5 && unit < units.length - 1) [value, unit] = [value / 1_000, unit + 1];
  return `${unit === 0 ? Math.round(value) : Number(value.toPrecision(3))} ${units[unit]}`;
}

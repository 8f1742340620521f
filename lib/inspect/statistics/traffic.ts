import type { Direction } from "../../capture/capture.ts";
import { FRAME_HEADER_SIZE } from "../../frame/header.ts";
import type { Entry } from "../entry.ts";

/** Messages and their bytes, headers included, encryption not. */
export interface Volume {
  readonly messages: number;
  readonly bytes: number;
}

/** What went which way, of one type. */
export interface TypeTraffic {
  /** Name of the message, `v1 ` and the method of a line, or what is known of another type. */
  readonly type: string;
  readonly up: Volume;
  readonly down: Volume;
}

/** Types that are told apart; a capture may make up more. */
const MOST_TYPES = 512;
const OTHERS = "others";
const METHOD = /^[a-z_.]{1,40}$/;

/** Counts messages and bytes by type and direction. */
export class Traffic {
  readonly #byType = new Map<string, Record<Direction, { messages: number; bytes: number }>>();

  see(entry: Entry): void {
    if (entry.kind === "note") return;
    const bytes = entry.kind === "frame"
      ? FRAME_HEADER_SIZE + entry.payload.length
      : entry.text.length + 1;
    const volume = this.#of(typeOf(entry))[entry.direction];
    volume.messages++;
    volume.bytes += bytes;
  }

  /** Most bytes first. */
  report(): TypeTraffic[] {
    return [...this.#byType].map(([type, { up, down }]) => ({
      type,
      up: { ...up },
      down: { ...down },
    }))
      .sort((a, b) => b.up.bytes + b.down.bytes - a.up.bytes - a.down.bytes);
  }

  #of(type: string): Record<Direction, { messages: number; bytes: number }> {
    const name = this.#byType.has(type) || this.#byType.size < MOST_TYPES ? type : OTHERS;
    let known = this.#byType.get(name);
    if (known === undefined) {
      known = { up: { messages: 0, bytes: 0 }, down: { messages: 0, bytes: 0 } };
      this.#byType.set(name, known);
    }
    return known;
  }
}

function typeOf(entry: Exclude<Entry, { readonly kind: "note" }>): string {
  if (entry.kind === "line") {
    const method = entry.json?.["method"];
    if (typeof method === "string" && METHOD.test(method)) return `v1 ${method}`;
    return entry.json === undefined ? "v1 no JSON" : "v1 answer";
  }
  const { message, extensionType, msgType } = entry;
  if (message !== undefined) {
    // The two SetNewPrevHash are different messages.
    return message.protocol === "template" && message.name === "SetNewPrevHash"
      ? "SetNewPrevHash (template)"
      : message.name;
  }
  return `0x${extensionType.toString(16).padStart(4, "0")}/0x${
    msgType.toString(16).padStart(2, "0")
  }`;
}

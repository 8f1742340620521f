/**
 * Key logs: the lines that `lib/noise/key_log.ts` writes, and whatever else stands between them. Who
 * wrote the file is not known, so a line may be anything.
 *
 * @module
 */

import type { KeyRing, Side } from "./keys.ts";

/** A line that looks like a key's and is none. Its content is a secret, or may be: it is not told. */
export interface BadLine {
  /** From 1. */
  readonly line: number;
  /** What is wrong, to stand behind the line's number. */
  readonly problem: string;
}

/** Characters of a line that are looked at: ours have 150. */
const LONGEST_LINE = 512;
const NEWLINE = 10;
const SIDES: Readonly<Record<string, Side | "authority">> = {
  SV2_CLIENT_TO_SERVER: "client",
  SV2_SERVER_TO_CLIENT: "server",
  SV2_AUTHORITY: "authority",
};
const WHOLE = /^SV2_\w+\s+\w{64}\s+\w{64}$/;
const HEX_OF_32_BYTES = /^[0-9a-f]{64}$/i;
/** Labels of other protocols, which share the file. */
const FOREIGN = /^(?!SV2_)[A-Z][A-Z0-9_]* /;

/** Reads a key log in pieces of any size, into a ring. Holds no more than a line. */
export class KeyLogReader {
  readonly #ring: KeyRing;
  readonly #onBadLine: (bad: BadLine) => void;
  #begun = "";
  #line = 1;

  /** @param onBadLine Called for each bad line as it is met. */
  constructor(ring: KeyRing, onBadLine: (bad: BadLine) => void) {
    this.#ring = ring;
    this.#onBadLine = onBadLine;
  }

  /** Takes the next bytes of the log. Never throws. */
  push(chunk: Uint8Array): void {
    for (let from = 0; from < chunk.length;) {
      const newline = chunk.indexOf(NEWLINE, from);
      const end = newline < 0 ? chunk.length : newline;
      this.#keep(chunk.subarray(from, end));
      if (newline < 0) return;
      this.#endLine();
      from = end + 1;
    }
  }

  /** Nothing more for now: a key whose line lacks but its line break is used already. */
  pause(): void {
    const text = this.#begun.trim();
    if (WHOLE.test(text)) this.#read(text);
  }

  /** The log has ended, with or without a line break. */
  end(): void {
    if (this.#begun !== "") this.#endLine();
  }

  #keep(bytes: Uint8Array): void {
    // One more than is looked at, so that a line too long is seen to be.
    const room = LONGEST_LINE + 1 - this.#begun.length;
    for (const byte of bytes.subarray(0, room)) this.#begun += String.fromCharCode(byte);
  }

  #endLine(): void {
    const text = this.#begun.trim();
    this.#begun = "";
    const problem = text === "" || text.startsWith("#") ? undefined : this.#read(text);
    if (problem !== undefined) this.#onBadLine({ line: this.#line, problem });
    this.#line++;
  }

  /** @returns What is wrong with the line. */
  #read(text: string): string | undefined {
    if (text.length > LONGEST_LINE) return `longer than ${LONGEST_LINE} characters`;
    const [label = "", hash, key, ...more] = text.split(/[ \t]+/);
    const side = SIDES[label];
    if (side === undefined) return FOREIGN.test(text) ? undefined : "no label of a key log";
    if (hash === undefined || !HEX_OF_32_BYTES.test(hash)) {
      return `${label} needs a handshake hash of 64 hexadecimal digits`;
    }
    if (key === undefined || !HEX_OF_32_BYTES.test(key)) {
      return `${label} needs a key of 64 hexadecimal digits`;
    }
    if (more.length > 0) return `${label} has more than a handshake hash and a key`;
    return this.#ring.add(hash.toLowerCase(), side, Uint8Array.fromHex(key))
      ? undefined
      : `${label} has another key for a session that came before`;
  }
}

import { checkParsers } from "../parsers.ts";
import type { Row } from "../support/row.ts";

/** Every message, generated ten thousand times, against the reference's own codec. */
export const parsersRow: Row = {
  pairing: "crate parsers_sv2 ↔ our codec",
  shows: "10,000 values of every message, byte for byte in both directions",
  async run() {
    const lines: string[] = [];
    const { passed, failed } = await checkParsers((line) => void lines.push(line));
    if (failed > 0) throw new Error(lines.join("\n"));
    return `${passed} comparisons equal`;
  },
};

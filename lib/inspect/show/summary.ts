import type { CaptureTotals } from "../capture_entries.ts";
import { bytesText } from "../dissect/traffic.ts";

/** Kinds of packets without TCP that are named. */
const MOST_KINDS = 4;

/** What was in a capture, in a line for the end. */
export function summaryText({ capture, entries }: CaptureTotals): string {
  const { frames, lines, unknown, errors, gaps, keyless, sealedBytes } = entries;
  const parts = [
    count(capture.packets, "packet"),
    count(entries.connections, "connection"),
    count(frames, "message"),
    ...lines === 0 ? [] : [count(lines, "line") + " of Stratum V1"],
    ...unknown === 0 ? [] : [`${grouped(unknown)} of unknown type`],
    ...errors === 0 ? [] : [`${grouped(errors)} that cannot be decoded`],
    ...keyless === 0 ? [] : [count(keyless, "connection") + " without keys"],
    ...sealedBytes === 0 ? [] : [`${bytesText(sealedBytes)} sealed`],
    ...gaps === 0 ? [] : [count(gaps, "gap")],
  ];
  const kinds = capture.passedOver.slice(0, MOST_KINDS)
    .map(({ what, packets }) => `${what} ${grouped(packets)}`);
  const more = capture.passedOver.length > kinds.length ? ", …" : "";
  return parts.join(", ") +
    (kinds.length === 0 ? "" : `; passed over: ${kinds.join(", ")}${more}`);
}

/** `1 packet`, `2 packets`. */
export function count(number: number, thing: string): string {
  return `${grouped(number)} ${thing}${number === 1 ? "" : "s"}`;
}

function grouped(number: number): string {
  return String(number).replace(/\B(?=(?:\d{3})+$)/g, ",");
}

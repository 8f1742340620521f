/**
 * Values as a person reads them in a line: short, in the units that people think in, and never a
 * peer's text as it came.
 *
 * @module
 */

import { displayHash } from "../../bitcoin/header.ts";
import type { Field } from "../../codec/field.ts";
import { type Protocol, snakeCase } from "../../codec/message.ts";
import { textFromBytes } from "../../codec/text.ts";
import type { Tlv } from "../../codec/tlv.ts";
import { flagNames } from "../../messages/flags.ts";
import { difficultyOfTarget } from "../../pow/target.ts";
import { quoteText } from "../../telemetry/escape.ts";
import { formatSi } from "../../telemetry/si.ts";
import { utc } from "../../time.ts";
import { hexNumber, tlvSpecOf } from "../naming.ts";

/** Bytes that are shown whole; of more, the first half of these and how many there are. */
const WHOLE_BYTES = 16;
/** Digits at each end of a hash. */
const HASH_END = 8;
const MOST_TEXT = 64;
const MOST_ELEMENTS = 8;

/** Numbers that only mean something in hexadecimal, by the specification's names. */
export const IN_HEX: ReadonlySet<string> = new Set([
  "version",
  "nonce",
  "header_nonce",
  "nbits",
  "nBits",
  "coinbase_tx_input_nSequence",
  "coinbase_tx_input_sequence",
  "extensions",
]);
/** What `protocol` of SetupConnection asks for, by its number. */
export const PROTOCOL_NAMES: readonly string[] = [
  "mining",
  "job declaration",
  "template distribution",
];

/** A value, as it stands behind `name=`. */
export function shortValue(name: string, { shape, unit }: Field<unknown>, value: unknown): string {
  switch (shape.kind) {
    case "option":
      return value === null ? "none" : shortValue(name, { ...shape.of, unit: unit ?? "" }, value);
    case "seq":
      return Array.isArray(value) ? shortElements(name, shape.of, value) : "";
    case "uint":
      return typeof value === "number" ? shortNumber(name, value, unit) : "";
    case "f32":
      return typeof value === "number" ? shortRate(value, unit) : "";
    case "bigint":
      if (typeof value !== "bigint") return "";
      return shape.bits === 256 ? shortTarget(value) : `${value}${unit === "sat" ? " sat" : ""}`;
    case "hash":
      return value instanceof Uint8Array ? shortHash(value) : "";
    case "bytes":
      return value instanceof Uint8Array ? shortBytes(value) : "";
    case "text":
      return typeof value === "string" ? quoteText(value, MOST_TEXT) : "";
    case "bool":
      return String(value);
  }
}

/** Flags of a setup by their names. @param from Who set them. */
export function shortFlags(
  protocol: Protocol | undefined,
  from: "client" | "server",
  flags: number,
): string {
  if (flags === 0) return "none";
  if (protocol === undefined) return hexNumber(flags, 8);
  return flagNames(protocol, from, flags).map(snakeCase).join("|");
}

/** Bytes in hexadecimal: whole, or their beginning and how many there are. */
export function shortBytes(bytes: Uint8Array): string {
  if (bytes.length === 0) return "empty";
  if (bytes.length <= WHOLE_BYTES) return bytes.toHex();
  return `${bytes.subarray(0, WHOLE_BYTES / 2).toHex()}…(${bytes.length} bytes)`;
}

/** A hash as explorers show it, without its middle. */
export function shortHash(hash: Uint8Array): string {
  const digits = displayHash(hash);
  return `${digits.slice(0, HASH_END)}…${digits.slice(-HASH_END)}`;
}

/** A field that an extension appended. */
export function shortTlv(tlv: Tlv): string {
  const spec = tlvSpecOf(tlv);
  if (spec !== undefined) return `${spec.name}=${quoteText(textFromBytes(tlv.value), MOST_TEXT)}`;
  const type = `${hexNumber(tlv.extensionType, 4)}.${tlv.fieldType}`;
  return `tlv ${type}=${shortBytes(tlv.value)}`;
}

function shortElements(name: string, of: Field<unknown>, values: readonly unknown[]): string {
  if (values.length === 0) return "empty";
  if (of.shape.kind === "hash" || of.shape.kind === "bytes") {
    return `${values.length} × ${of.shape.kind === "hash" ? "hash" : "bytes"}`;
  }
  const shown = values.slice(0, MOST_ELEMENTS).map((value) => shortValue(name, of, value));
  const more = values.length - shown.length;
  return `[${shown.join(",")}${more === 0 ? "" : `,…(${more} more)`}]`;
}

function shortNumber(name: string, value: number, unit: string | undefined): string {
  if (name === "protocol") return PROTOCOL_NAMES[value] ?? String(value);
  if (unit === "Unix s") return shortTime(value);
  if (IN_HEX.has(name)) return hexNumber(value, 8);
  return unit === "bytes" ? `${value} bytes` : String(value);
}

let lastTime = { unix: 0, text: utc(0) };

/** Shares that come in a row have one time, and to write it takes as long as all their other fields. */
function shortTime(unix: number): string {
  if (unix !== lastTime.unix) lastTime = { unix, text: utc(unix) };
  return lastTime.text;
}

/** A peer's float may be what no rate can be. */
function shortRate(value: number, unit = ""): string {
  if (!Number.isFinite(value) || value < 0) return `${value} ${unit}`.trimEnd();
  return formatSi(value, unit);
}

function shortTarget(target: bigint): string {
  return `difficulty ${target === 0n ? "infinite" : formatSi(difficultyOfTarget(target))}`;
}

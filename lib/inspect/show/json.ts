/**
 * Entries as NDJSON, for `--json`. The schema is in docs/inspect.md: names stay, meanings stay, and
 * what is added does not disturb who does not know it. Anything else would be another `v`.
 *
 * @module
 */

import type { Connection, Endpoint } from "../../capture/capture.ts";
import type { Field } from "../../codec/field.ts";
import { textFromBytes } from "../../codec/text.ts";
import { formatAddress } from "../../ports.ts";
import { escapeJson } from "../../telemetry/escape.ts";
import type { Entry, FrameEntry } from "../entry.ts";
import { frameBytes } from "../frame_bytes.ts";
import { channelOf, fieldsOf, kindOf, nameOf, tlvSpecOf } from "../naming.ts";
import { bytesAround } from "./around.ts";

/** Of the schema: `v` of every line. */
export const SCHEMA_VERSION = 1;
const PLAIN = /^[\x20-\x7e]*$/;

/** An entry in a line, without its line break. Safe to show: what could move a cursor is escaped. */
export function formatJson(entry: Entry): string {
  const { number, time, connection } = entry;
  // A number with six decimals is what JSON.stringify cannot be asked for.
  const start = `{"v":${SCHEMA_VERSION},"n":${number},"t":${(time / 1_000_000).toFixed(6)},`;
  const json = start + JSON.stringify({
    conn: connection.id,
    ...ends(connection),
    dir: entry.direction ?? null,
    kind: kindOf(entry),
    name: nameOf(entry) ?? null,
    ...contentOf(entry),
  }).slice(1);
  return PLAIN.test(json) ? json : escapeJson(json);
}

/** What an entry says, as JSON has it. */
export function contentOf(entry: Entry): Readonly<Record<string, unknown>> {
  if (entry.kind === "line") return { text: entry.text, json: entry.json ?? null };
  return entry.kind === "note" ? { text: entry.text, facts: entry.facts } : frameJson(entry);
}

function frameJson(entry: FrameEntry): Readonly<Record<string, unknown>> {
  const { extensionType, msgType, value, tlvs, rest, payload, error } = entry;
  return {
    ext: extensionType,
    type: msgType,
    channel: channelOf(entry) ?? null,
    fields: value === undefined ? null : Object.fromEntries(
      fieldsOf(entry).map(({ name, field, value }) => [name, plainValue(field, value)]),
    ),
    tlvs: tlvs.map((tlv) => {
      const spec = tlvSpecOf(tlv);
      return {
        ext: tlv.extensionType,
        type: tlv.fieldType,
        name: spec?.name ?? null,
        value: tlv.value.toHex(),
        ...spec !== undefined && { text: textFromBytes(tlv.value) },
      };
    }),
    rest: rest.toHex(),
    raw: frameBytes(entry).toHex(),
    error: error === undefined ? null : {
      code: error.code,
      path: error.path,
      offset: error.offset,
      around: bytesAround(payload, error.offset).hex,
    },
  };
}

/**
 * A value as JSON can have it, whatever its type: U64 as decimal digits, U256 as 64 hexadecimal digits
 * with the highest first, hashes and bytes in hexadecimal in the order of the wire.
 */
export function plainValue(field: Field<unknown>, value: unknown): unknown {
  const { shape } = field;
  if (value === null || value === undefined) return null;
  if (shape.kind === "option") return plainValue(shape.of, value);
  if (shape.kind === "seq" && Array.isArray(value)) {
    return value.map((element) => plainValue(shape.of, element));
  }
  if (typeof value === "bigint") {
    return shape.kind === "bigint" && shape.bits === 256
      ? value.toString(16).padStart(64, "0")
      : value.toString();
  }
  if (value instanceof Uint8Array) return value.toHex();
  // What JSON has no number for.
  if (Object.is(value, -0)) return "-0";
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

function ends({ client, server }: Connection): { client: string; server: string } {
  return { client: endpointText(client), server: endpointText(server) };
}

/** `10.0.0.1:3333`, `[::1]:3333`. */
export function endpointText({ address, port }: Endpoint): string {
  return formatAddress({ hostname: address, port });
}

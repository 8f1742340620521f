import type { Field } from "../codec/field.ts";
import { type Fields, type Message, specName } from "../codec/message.ts";
import type { Sighting } from "../codec/reader.ts";
import { parseTlvs, type Tlv, TLV_HEADER_SIZE } from "../codec/tlv.ts";
import { DecodeError } from "../errors.ts";
import { TLVS } from "../messages/registry.ts";

/** A value in a payload, where it lies and what it is. The bytes are `[start, end)`. */
export interface Line extends Sighting {
  /** Type as the specification names it, such as `"SEQ0_255[U256]"`. */
  readonly wire: string;
  readonly doc: string;
  readonly unit?: string;
  /** What the value is of; undefined for what follows the message proper. */
  readonly field?: Field<unknown>;
}

/** A payload, field by field, as far as it could be read. */
export interface Explanation {
  /**
   * In the order of their first bytes; a sequence comes before its elements. Without an error the
   * lines that are no elements cover the payload, each byte once.
   */
  readonly lines: readonly Line[];
  /** What ended the reading; the lines are those before it. */
  readonly error?: DecodeError;
}

/**
 * Every field of `payload` up to the first that fails, with where it lies. The payload may be any
 * bytes: never throws.
 *
 * @example
 * ```ts
 * import { deepStrictEqual, strictEqual } from "node:assert";
 * import { explain } from "headframe/inspect/explain.ts";
 * import { messageOf } from "headframe/messages/registry.ts";
 *
 * const closeChannel = messageOf(0, 0x18);
 * if (closeChannel === undefined) throw new Error("Cannot happen");
 * const { lines, error } = explain(closeChannel, Uint8Array.of(7, 0, 0, 0, 3, 0x61));
 * deepStrictEqual(lines.map(({ path, value }) => [path, value]), [["channel_id", 7]]);
 * strictEqual(error?.message, "Cannot decode CloseChannel.reason_code at byte 5: truncated");
 * ```
 */
export function explain(message: Message<Fields>, payload: Uint8Array): Explanation {
  const seen: Sighting[] = [];
  try {
    const { rest } = message.decode(payload, (sighting) => seen.push(sighting));
    return { lines: [...linesOf(message, seen), ...trailing(rest, payload.length - rest.length)] };
  } catch (error) {
    if (error instanceof DecodeError) return { lines: linesOf(message, seen), error };
    throw error;
  }
}

function linesOf(message: Message<Fields>, seen: readonly Sighting[]): Line[] {
  const fields = new Map(
    Object.entries(message.fields).map(([key, field]) => [specName(key, field), field]),
  );
  const lines: Line[] = [];
  for (const sighting of seen) {
    const [name = "", ...indices] = sighting.path.split("[");
    const field = within(fields.get(name), indices.length);
    if (field === undefined) continue;
    const { wire, doc, unit } = field;
    lines.push({ ...sighting, wire, doc, field, ...(unit === undefined ? {} : { unit }) });
  }
  return lines.sort((a, b) => a.start - b.start);
}

/** The field that a sequence is made of, `depth` sequences down. */
function within(field: Field<unknown> | undefined, depth: number): Field<unknown> | undefined {
  if (depth === 0 || field?.shape.kind !== "seq") return field;
  return within(field.shape.of, depth - 1);
}

/** TLVs that are told one by one. Nobody has defined more than one for a message. */
export const MOST_TLVS = 256;

/** What follows the last field: TLVs as far as they are whole, then bytes that mean nothing. */
function trailing(rest: Uint8Array, from: number): Line[] {
  let start = from;
  const lines: Line[] = parseTlvs(rest, MOST_TLVS).map((tlv, i) => {
    const line = {
      path: `tlv[${i}]`,
      start,
      end: start + TLV_HEADER_SIZE + tlv.value.length,
      value: tlv,
      wire: "TLV",
      doc: docOf(tlv),
    };
    start = line.end;
    return line;
  });
  const left = rest.subarray(start - from);
  if (left.length > 0) {
    const end = start + left.length;
    lines.push({ path: "rest", start, end, value: left, wire: "BYTES", doc: "To be ignored" });
  }
  return lines;
}

function docOf({ extensionType, fieldType }: Tlv): string {
  const known = TLVS.find((tlv) =>
    tlv.extensionType === extensionType && tlv.fieldType === fieldType
  );
  return known === undefined
    ? `Field ${fieldType} of extension 0x${extensionType.toString(16).padStart(4, "0")}`
    : `${known.name}: ${known.doc}`;
}

/**
 * What Wireshark has to show of a frame, by our own explanation of it.
 *
 * @module
 */

import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Field } from "../../../lib/codec/field.ts";
import type { Fields, Message } from "../../../lib/codec/message.ts";
import { parseTlvs, TLV_HEADER_SIZE } from "../../../lib/codec/tlv.ts";
import { textFromBytes } from "../../../lib/codec/text.ts";
import { decodeHeader, FRAME_HEADER_SIZE } from "../../../lib/frame/header.ts";
import { explain, MOST_TLVS } from "../../../lib/inspect/explain.ts";
import { hexNumber, tlvSpecOf } from "../../../lib/inspect/naming.ts";
import { IN_HEX } from "../../../lib/inspect/show/short.ts";
import { filterNames } from "../../../lib/inspect/wireshark/filter_names.ts";
import { messageOf, MESSAGES } from "../../../lib/messages/registry.ts";
import type { ShownFrame } from "./pdml.ts";

const names = filterNames(MESSAGES);
/** What is there for people, or in the rows of others. */
const APART = /^sv2\.(?:length|count|message|malformed|unknown|refused|channel_bit)$|^_ws\./;

/** A field that has to be there. */
interface Row {
  readonly name: string;
  /** In the payload. */
  readonly at: number;
  readonly bytes: string;
  /** Undefined where Wireshark shows texts in its own way: of bytes that are no text. */
  readonly show: string | undefined;
  readonly isFloat?: true;
}

/** @throws {AssertionError} If `shown` is not what we make of `frame`. */
export function checkShown(shown: ShownFrame, frame: Uint8Array): void {
  const { extensionType, channelMsg, msgType, msgLength } = decodeHeader(frame);
  const payload = frame.subarray(FRAME_HEADER_SIZE);
  const message = messageOf(extensionType, msgType);
  const fields = shown.fields.filter(({ name }) => !APART.test(name));
  deepStrictEqual(fields.slice(0, 4).map(({ name, show }) => `${name} ${show}`), [
    `sv2.extension_type ${hexNumber(extensionType, 4)}`,
    `sv2.channel_msg ${channelMsg ? 1 : 0}`,
    `sv2.msg_type ${hexNumber(msgType)}`,
    `sv2.msg_length ${msgLength}`,
  ]);
  const wanted = message === undefined
    ? unknownRows(payload, channelMsg)
    : messageRows(message, payload);
  const rows = fields.slice(4).map(({ name, at, bytes, show }, i): Row => ({
    name,
    at: at - shown.at - FRAME_HEADER_SIZE,
    bytes,
    show: asWanted(wanted[i], show),
    ...wanted[i]?.isFloat && { isFloat: true },
  }));
  deepStrictEqual(rows, wanted);
  checkNotes(shown, message, payload, channelMsg);
}

function checkNotes(
  { fields, title }: ShownFrame,
  message: Message<Fields> | undefined,
  payload: Uint8Array,
  channelMsg: boolean,
): void {
  const has = (wanted: string) => fields.some(({ name }) => name === wanted);
  strictEqual(has("sv2.unknown"), message === undefined);
  if (message === undefined) return;
  ok(title.startsWith(`Stratum V2: ${message.name}`), title);
  strictEqual(has("sv2.channel_bit"), channelMsg !== message.channel);
  const { error } = explain(message, payload);
  strictEqual(has("sv2.malformed"), error !== undefined);
  const said = fields.filter(({ name }) => name === "_ws.expert.message").map(({ show }) => show);
  if (error !== undefined) ok(said.includes(error.message), `${said} for ${error.message}`);
  strictEqual(has("sv2.refused"), error === undefined && "errorCode" in message.fields);
}

function messageRows(message: Message<Fields>, payload: Uint8Array): Row[] {
  const { lines, error } = explain(message, payload);
  const filter = names.get(message) ?? "";
  const type = message.id.toString(16).padStart(2, "0");
  const rows = [{ name: `sv2.${filter}`, at: -4, bytes: type, show: message.name }];
  let read = 0;
  const found = lines.flatMap(({ path, start, end, value, field }) => {
    if (field === undefined) return [];
    read = Math.max(read, end);
    const name = path.replace(/\[.*/, "");
    const row = rowOf(name, { field, start, value, bytes: payload.subarray(0, end) });
    if (row === undefined) return [];
    return [{ ...row, name: `sv2.${filter}.${name}` }, { ...row, name: `sv2.${name}` }];
  });
  const rest = error === undefined
    ? trailingRows(payload, read)
    : bytesRow("sv2.not_read", payload, error.offset);
  return [...rows, ...found, ...rest];
}

/** @param bytes Up to the end of the field. */
function rowOf(
  name: string,
  { field, start, value, bytes }: {
    readonly field: Field<unknown>;
    readonly start: number;
    readonly value: unknown;
    readonly bytes: Uint8Array;
  },
): Row | undefined {
  const { shape, minSize } = field;
  // What is in a sequence has rows of its own.
  if (shape.kind === "seq" || value === null) return undefined;
  if (shape.kind === "option") {
    return rowOf(name, { field: shape.of, start: start + 1, value, bytes });
  }
  const at = shape.kind === "text" || shape.kind === "bytes" ? start + minSize : start;
  return {
    name,
    at,
    bytes: bytes.subarray(at).toHex(),
    show: showOf(name, field, value),
    ...shape.kind === "f32" && { isFloat: true },
  };
}

function showOf(name: string, { shape }: Field<unknown>, value: unknown): string | undefined {
  if (value instanceof Uint8Array) return withColons(value.toHex());
  if (typeof value === "string") return plainText(value);
  if (typeof value === "boolean") return value ? "1" : "0";
  if (shape.kind === "bigint" && shape.bits === 256 && typeof value === "bigint") {
    return withColons(value.toString(16).padStart(64, "0"));
  }
  if (shape.kind === "f32" && typeof value === "number") return floatText(value);
  const isHex = IN_HEX.has(name) || name === "flags";
  if (shape.kind === "uint" && isHex) return hexNumber(Number(value), shape.bits / 4);
  return String(value);
}

/** As C prints what has no digits. Digits are compared as numbers: a tie may be rounded either way. */
function floatText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  return String(value).replace("Infinity", "inf");
}

/** Of six digits the last may be half a digit off. */
const FLOAT_ERROR = 5.1e-6;

/** What is shown, by the row that has to be there; a float that is near enough is that float. */
function asWanted(row: Row | undefined, show: string): string | undefined {
  if (row?.show === undefined) return undefined;
  // What is no number has a sign on the wire, and none once it was read.
  if (row.show === "nan") return show.replace("-nan", "nan");
  const wanted = Number(row.show);
  const isNear = row.isFloat === true &&
    Math.abs(Number(show) - wanted) <= FLOAT_ERROR * Math.abs(wanted);
  return isNear ? row.show : show;
}

function plainText(text: string): string | undefined {
  return /^[\x20-\x7e]*$/.test(text) ? text : undefined;
}

function withColons(hex: string): string {
  return hex.replace(/..(?=.)/g, "$&:");
}

function trailingRows(payload: Uint8Array, from: number): Row[] {
  let at = from;
  const rows = parseTlvs(payload.subarray(from), MOST_TLVS).flatMap((tlv): Row[] => {
    const { extensionType, fieldType, value } = tlv;
    const start = at;
    at += TLV_HEADER_SIZE + value.length;
    const hex = (from: number, to: number) => payload.subarray(start + from, start + to).toHex();
    const spec = tlvSpecOf(tlv);
    return [
      {
        name: "sv2.tlv.extension_type",
        at: start,
        bytes: hex(0, 2),
        show: hexNumber(extensionType, 4),
      },
      { name: "sv2.tlv.field_type", at: start + 2, bytes: hex(2, 3), show: hexNumber(fieldType) },
      {
        name: `sv2.tlv.${spec?.name ?? "value"}`,
        at: start + TLV_HEADER_SIZE,
        bytes: value.toHex(),
        show: spec === undefined ? withColons(value.toHex()) : plainText(textFromBytes(value)),
      },
    ];
  });
  return [...rows, ...bytesRow("sv2.rest", payload, at)];
}

function unknownRows(payload: Uint8Array, channelMsg: boolean): Row[] {
  const start = new DataView(payload.buffer, payload.byteOffset, payload.length);
  return [
    ...channelMsg && payload.length >= 4
      ? [{
        name: "sv2.channel_id",
        at: 0,
        bytes: payload.subarray(0, 4).toHex(),
        show: String(start.getUint32(0, true)),
      }]
      : [],
    ...bytesRow("sv2.payload", payload, 0),
  ];
}

/** All that is there from `at` on, if anything is. */
function bytesRow(name: string, payload: Uint8Array, at: number): Row[] {
  const bytes = payload.subarray(at).toHex();
  return bytes === "" ? [] : [{ name, at, bytes, show: withColons(bytes) }];
}

/**
 * What things are called, in every form of output and in filters alike: fields and messages as the
 * specification has them.
 *
 * @module
 */

import { u32At } from "../codec/bytes_at.ts";
import type { Field } from "../codec/field.ts";
import { type Fields, type Message, type Protocol, specName } from "../codec/message.ts";
import type { Tlv, TlvSpec } from "../codec/tlv.ts";
import { TLVS } from "../messages/registry.ts";
import type { Entry, FrameEntry } from "./entry.ts";
import { sv1Name } from "./sv1.ts";

/** What an entry is, in a word. */
export type Kind = "sv2" | "sv1" | "note";

const KINDS = { frame: "sv2", line: "sv1", note: "note" } as const;

/** What an entry is, as filters and JSON name it. */
export function kindOf(entry: Entry): Kind {
  return KINDS[entry.kind];
}

/** Name of the message, the method, or the note's code; undefined for an unknown message. */
export function nameOf(entry: Entry): string | undefined {
  if (entry.kind === "frame") return entry.message?.name;
  return entry.kind === "line" ? sv1Name(entry.json) : entry.code;
}

/** The channel that a frame is about, also if it could not be decoded. */
export function channelOf(entry: Entry): number | undefined {
  if (entry.kind !== "frame") return undefined;
  const { value, channelMsg, payload } = entry;
  const channelId = value?.["channelId"];
  if (typeof channelId === "number") return channelId;
  return channelMsg && payload.length >= 4 ? u32At(payload, 0) : undefined;
}

/** The protocol that a SetupConnection asks for. @param number Its `protocol`, or nothing. */
export function protocolNumbered(number: unknown): Protocol | undefined {
  return typeof number === "number" ? PROTOCOLS[number] : undefined;
}

const PROTOCOLS: readonly Protocol[] = ["mining", "declaration", "template"];

/** A field, its name and its value. */
export interface NamedField {
  readonly name: string;
  readonly field: Field<unknown>;
  readonly value: unknown;
}

/** The fields of a frame that was decoded, in wire order. */
export function fieldsOf({ message, value }: Pick<FrameEntry, "message" | "value">): NamedField[] {
  if (message === undefined || value === undefined) return [];
  return specNamesOf(message).map(({ key, name, field }) => ({ name, field, value: value[key] }));
}

/** The fields of a message by both names. */
export function specNamesOf(
  message: Message<Fields>,
): readonly { readonly key: string; readonly name: string; readonly field: Field<unknown> }[] {
  const known = names.get(message);
  if (known !== undefined) return known;
  const made = Object.entries(message.fields).map(([key, field]) => ({
    key,
    name: specName(key, field),
    field,
  }));
  names.set(message, made);
  return made;
}

/** What is known about a field that an extension appended. */
export function tlvSpecOf({ extensionType, fieldType }: Tlv): TlvSpec | undefined {
  return TLVS.find((spec) => spec.extensionType === extensionType && spec.fieldType === fieldType);
}

/** A number as `0x1a`. @param digits At least so many. */
export function hexNumber(value: number, digits = 2): string {
  return `0x${value.toString(16).padStart(digits, "0")}`;
}

const names = new WeakMap<Message<Fields>, ReturnType<typeof specNamesOf>>();

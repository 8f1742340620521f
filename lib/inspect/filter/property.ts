/**
 * What can be asked of an entry in a filter, by name.
 *
 * @module
 */

import { textFromBytes } from "../../codec/text.ts";
import { MESSAGES, TLVS } from "../../messages/registry.ts";
import type { Entry, FrameEntry } from "../entry.ts";
import { channelOf, kindOf, nameOf, specNamesOf, tlvSpecOf } from "../naming.ts";
import { endpointText } from "../show/json.ts";

/** What a property is, so that a comparison with something else is a mistake of who asks. */
export type PropertyKind = "number" | "text" | "bytes" | "bool" | "type" | "endpoint" | "any";

/** Something that an entry may have. */
export interface Property {
  readonly kind: PropertyKind;
  /** The only words that it can be. */
  readonly words?: readonly string[];
  /** Its value; several if there are; none if the entry has no such thing. */
  valuesOf(entry: Entry): readonly unknown[];
}

/** The properties that every entry, or every frame, has. */
const GENERAL: Readonly<Record<string, Property>> = {
  kind: {
    kind: "text",
    words: ["sv2", "sv1", "note"],
    valuesOf: (entry) => [kindOf(entry)],
  },
  type: { kind: "type", valuesOf: typesOf },
  name: { kind: "type", valuesOf: typesOf },
  ext: { kind: "number", valuesOf: ofFrame((frame) => frame.extensionType) },
  channel: { kind: "number", valuesOf: (entry) => some(channelOf(entry)) },
  dir: { kind: "text", words: ["up", "down"], valuesOf: (entry) => some(entry.direction) },
  conn: { kind: "number", valuesOf: (entry) => [entry.connection.id] },
  n: { kind: "number", valuesOf: (entry) => [entry.number] },
  client: { kind: "endpoint", valuesOf: ({ connection }) => endsOf(connection.client) },
  server: { kind: "endpoint", valuesOf: ({ connection }) => endsOf(connection.server) },
  error: { kind: "bool", valuesOf: (entry) => [isError(entry)] },
  size: { kind: "number", valuesOf: ofFrame(({ payload }) => payload.length) },
  payload: { kind: "bytes", valuesOf: ofFrame(({ payload }) => payload) },
  text: { kind: "text", valuesOf: (entry) => entry.kind === "frame" ? [] : [entry.text] },
  id: {
    kind: "any",
    valuesOf: (entry) => entry.kind === "line" ? some(entry.json?.["id"]) : [],
  },
};

const properties = new Map(Object.entries(GENERAL));

for (const message of MESSAGES) {
  for (const { key, name, field } of specNamesOf(message)) {
    const shape = field.shape.kind === "option" || field.shape.kind === "seq"
      ? field.shape.of.shape.kind
      : field.shape.kind;
    const kind = kindOfShape(shape);
    const known = properties.get(name);
    if (known !== undefined && known.kind === kind) continue;
    // A name that means different things in different messages can be compared with anything.
    properties.set(name, {
      kind: known === undefined ? kind : "any",
      valuesOf: (entry) => [...fieldValues(entry, key), ...tlvValues(entry, name)],
    });
  }
}

for (const { name } of TLVS) {
  if (!properties.has(name)) {
    properties.set(name, { kind: "text", valuesOf: (entry) => tlvValues(entry, name) });
  }
}

/** The property with this name. */
export function propertyNamed(name: string): Property | undefined {
  return properties.get(name);
}

/** All names, for suggestions. */
export function propertyNames(): Iterable<string> {
  return properties.keys();
}

function kindOfShape(shape: string): PropertyKind {
  if (shape === "uint" || shape === "bigint" || shape === "f32") return "number";
  if (shape === "bool" || shape === "text") return shape;
  return "bytes";
}

function fieldValues(entry: Entry, key: string): readonly unknown[] {
  if (entry.kind !== "frame") return [];
  const value = entry.value?.[key];
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

function tlvValues(entry: Entry, name: string): string[] {
  if (entry.kind !== "frame" || entry.tlvs.length === 0) return [];
  return entry.tlvs.filter((tlv) => tlvSpecOf(tlv)?.name === name)
    .map(({ value }) => textFromBytes(value));
}

function typesOf(entry: Entry): readonly unknown[] {
  const name = some(nameOf(entry));
  return entry.kind === "frame" ? [...name, entry.msgType] : name;
}

function isError(entry: Entry): boolean {
  if (entry.kind === "frame") return entry.error !== undefined;
  return entry.kind === "line" && entry.json === undefined;
}

function endsOf(endpoint: Entry["connection"]["client"]): readonly string[] {
  return [endpoint.address, endpointText(endpoint)];
}

function ofFrame(get: (frame: FrameEntry) => unknown): (entry: Entry) => readonly unknown[] {
  return (entry) => entry.kind === "frame" ? some(get(entry)) : [];
}

function some(value: unknown): readonly unknown[] {
  return value === undefined || value === null ? [] : [value];
}

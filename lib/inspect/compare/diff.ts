import type { Field } from "../../codec/field.ts";
import { escapeJson } from "../../telemetry/escape.ts";
import type { Entry, FrameEntry, LineEntry } from "../entry.ts";
import { fieldsOf, hexNumber, nameOf } from "../naming.ts";
import { fullValue } from "../show/full.ts";
import { shortBytes, shortTlv } from "../show/short.ts";
import { align, type Pair } from "./align.ts";

/** What differs between two entries. Texts are safe to show. */
export interface Difference {
  /** The field: `maximum_target`, `merkle_path[3]`, `params[1]`. */
  readonly path: string;
  /** What each has; undefined if it has none. */
  readonly a: string | undefined;
  readonly b: string | undefined;
}

/** What a comparison says of one or two entries. */
export interface Compared extends Pair<Entry> {
  /** Of two: what differs. */
  readonly differences: readonly Difference[];
}

/** Differences of one message that are told. */
const MOST = 50;
const LONGEST_JSON = 120;
/** Characters before the place where two long values differ; twice as many behind it. */
const AROUND = 8;

/**
 * Two lists of entries side by side: messages by direction and name, notes left out.
 *
 * @param ignore Fields whose values do not matter.
 * @returns Only what differs; `undefined` if the lists are too long to be aligned.
 */
export function diffEntries(
  as: readonly Entry[],
  bs: readonly Entry[],
  ignore: ReadonlySet<string> = new Set(),
): Compared[] | undefined {
  const isMessage = (entry: Entry) => entry.kind !== "note";
  const nameOfEntry = (entry: Entry) => `${entry.direction} ${nameOf(entry) ?? typeOf(entry)}`;
  const pairs = align(as.filter(isMessage), bs.filter(isMessage), nameOfEntry);
  return pairs?.flatMap((pair) => {
    if (pair.a === undefined || pair.b === undefined) return [{ ...pair, differences: [] }];
    const differences = diff(pair.a, pair.b, ignore);
    return differences.length === 0 ? [] : [{ ...pair, differences }];
  });
}

/** What differs between two entries, field by field. */
export function diff(
  a: Entry,
  b: Entry,
  ignore: ReadonlySet<string> = new Set(),
): readonly Difference[] {
  const [before, after] = [partsOf(a), partsOf(b)];
  const paths = new Set([...before.keys(), ...after.keys()]);
  const differences: Difference[] = [];
  for (const path of paths) {
    if (ignore.has(path.split(/[[.]/)[0] ?? "")) continue;
    const [of, to] = [before.get(path), after.get(path)];
    if (of?.exact === to?.exact) continue;
    if (differences.length === MOST) {
      return [...differences, { path: "…", a: "more", b: "more" }];
    }
    differences.push({ path, ...shownApart(of, to) });
  }
  return differences;
}

interface Part {
  /** All of it, to be compared. */
  readonly exact: string;
  readonly shown: string;
}

/** Two values as they are shown; where that is the same, only the place at which they differ. */
function shownApart(a: Part | undefined, b: Part | undefined): Omit<Difference, "path"> {
  if (a === undefined || b === undefined || a.shown !== b.shown) {
    return { a: a?.shown, b: b?.shown };
  }
  let at = 0;
  while (a.exact[at] === b.exact[at]) at++;
  const from = Math.max(0, at - AROUND);
  const near = ({ exact }: Part) => `…${escapeJson(exact.slice(from, at + 2 * AROUND))}…`;
  return { a: near(a), b: near(b) };
}

function partsOf(entry: Entry): Map<string, Part> {
  const parts = new Map<string, Part>();
  if (entry.kind === "frame") frameParts(entry, parts);
  else if (entry.kind === "line") lineParts(entry, parts);
  else parts.set("note", { exact: entry.text, shown: entry.text });
  return parts;
}

function frameParts(entry: FrameEntry, parts: Map<string, Part>): void {
  const { value, payload, channelMsg, tlvs, rest } = entry;
  parts.set("type", same(nameOf(entry) ?? typeOf(entry)));
  parts.set("channel bit", same(String(channelMsg)));
  if (value === undefined) parts.set("payload", bytesPart(payload));
  for (const { name, field, value } of fieldsOf(entry)) {
    if (!Array.isArray(value)) parts.set(name, fieldPart(entry, name, field, value));
    else if (field.shape.kind === "seq") {
      parts.set(name, same(`${value.length} elements`));
      for (const [i, element] of value.entries()) {
        parts.set(`${name}[${i}]`, fieldPart(entry, name, field.shape.of, element));
      }
    }
  }
  for (const [i, tlv] of tlvs.entries()) {
    const exact = `${tlv.extensionType}.${tlv.fieldType}.${tlv.value.toHex()}`;
    parts.set(`tlv[${i}]`, { exact, shown: shortTlv(tlv) });
  }
  if (rest.length > 0) parts.set("rest", bytesPart(rest));
}

function fieldPart(entry: FrameEntry, name: string, field: Field<unknown>, value: unknown): Part {
  if (value instanceof Uint8Array && field.shape.kind === "bytes") return bytesPart(value);
  const shown = fullValue({ entry, path: name, value, field });
  // A text may be shown without its end, and a float not to its last digit.
  return { exact: typeof value === "string" ? value : `${shown} ${String(value)}`, shown };
}

function lineParts({ json, text }: LineEntry, parts: Map<string, Part>): void {
  if (json === undefined) parts.set("text", same(text));
  else jsonParts("", json, parts);
}

/** Every leaf of JSON by its path, two levels down; what is below is compared as it is. */
function jsonParts(path: string, value: unknown, parts: Map<string, Part>, depth = 0): void {
  if (typeof value === "object" && value !== null && depth < 2) {
    for (const [key, each] of Object.entries(value)) {
      const step = Array.isArray(value) ? `[${key}]` : path === "" ? key : `.${key}`;
      jsonParts(path + step, each, parts, depth + 1);
    }
  } else parts.set(path, same(JSON.stringify(value)));
}

function same(exact: string): Part {
  const json = escapeJson(exact);
  const shown = json.length <= LONGEST_JSON ? json : `${json.slice(0, LONGEST_JSON)}…`;
  return { exact, shown };
}

function bytesPart(bytes: Uint8Array): Part {
  return { exact: bytes.toHex(), shown: shortBytes(bytes) };
}

function typeOf(entry: Entry): string {
  if (entry.kind !== "frame") return entry.kind;
  return `ext ${hexNumber(entry.extensionType, 4)} type ${hexNumber(entry.msgType)}`;
}

/**
 * An entry in one line, which is what `inspect` prints if it is not told otherwise.
 *
 * @module
 */

import type { Direction, Micros } from "../../capture/capture.ts";
import { escapeText } from "../../telemetry/escape.ts";
import type { Entry, FrameEntry, NoteEntry } from "../entry.ts";
import { fieldsOf, hexNumber, type NamedField, protocolNumbered } from "../naming.ts";
import { bytesAround } from "./around.ts";
import { type Paint, paintIn } from "./paint.ts";
import { shortBytes, shortFlags, shortTlv, shortValue } from "./short.ts";
import { sv1Line } from "./sv1_line.ts";

/** How lines look. */
export interface LineOptions {
  /** With colours of a terminal. */
  readonly colors?: boolean;
}

const MOST_TEXT = 400;
const DAY_MS = 86_400_000;
const ARROWS: Readonly<Record<Direction, string>> = { up: ">", down: "<" };
/** Codes of notes that tell what is amiss. */
export const AMISS: ReadonlySet<string> = new Set([
  "gap",
  "undecryptable",
  "wrong-keys",
  "keys-swapped",
  "frame-lost",
  "frame-too-large",
  "line-too-long",
  "no-keys",
]);

/** `18:00:00.123 #12 3> SetTarget channel_id=7 maximum_target=difficulty 512`. */
export function formatLine(entry: Entry, { colors = false }: LineOptions = {}): string {
  const paint = paintIn(colors);
  const { number, time, connection, direction } = entry;
  const arrow = direction === undefined ? "-" : ARROWS[direction];
  const where = paint(direction === "up" ? "cyan" : "magenta", `${connection.id}${arrow}`);
  return `${paint("dim", `${timeOfDay(time)} #${number}`)} ${where} ${said(entry, paint)}`;
}

/** Time of day in UTC, to the millisecond. Any number is taken. */
export function timeOfDay(time: Micros): string {
  const millis = Math.floor(time / 1_000) % DAY_MS;
  const since = Number.isFinite(millis) ? (millis + DAY_MS) % DAY_MS : 0;
  const [hours, minutes] = [Math.floor(since / 3_600_000), Math.floor(since / 60_000) % 60];
  const [seconds, rest] = [Math.floor(since / 1_000) % 60, since % 1_000];
  return `${two(hours)}:${two(minutes)}:${two(seconds)}.${rest < 100 ? "0" : ""}${two(rest)}`;
}

function two(number: number): string {
  return number < 10 ? `0${number}` : `${number}`;
}

function said(entry: Entry, paint: Paint): string {
  if (entry.kind === "frame") return frameLine(entry, paint);
  if (entry.kind === "line") return sv1Line(entry, paint);
  return noteLine(entry, paint);
}

function noteLine({ code, text }: NoteEntry, paint: Paint): string {
  return paint(AMISS.has(code) ? "yellow" : "dim", `${code}: ${escapeText(text, MOST_TEXT)}`);
}

/** A frame without when and where: name and fields. */
export function frameLine(entry: FrameEntry, paint: Paint): string {
  const { message, extensionType, msgType, payload, error, tlvs, rest } = entry;
  if (message === undefined) {
    const type = `ext ${hexNumber(extensionType, 4)} type ${hexNumber(msgType)}`;
    return `${paint("yellow", `unknown message ${type}`)} ${shortBytes(payload)}`;
  }
  const name = paint("bold", message.name);
  if (error !== undefined) return `${name} ${paint("red", errorText(entry))}`;
  let line = name;
  for (const field of fieldsOf(entry)) line += ` ${field.name}=${fieldText(entry, field)}`;
  for (const tlv of tlvs) line += ` ${shortTlv(tlv)}`;
  return rest.length === 0 ? line : `${line} rest=${shortBytes(rest)}`;
}

/** What broke, and the bytes around the place, which is marked. */
export function errorText({ error, payload }: FrameEntry): string {
  if (error === undefined) return "";
  const { hex, before, start } = bytesAround(payload, error.offset);
  const cut = start === 0 ? "" : "…";
  return `${error.message}: ${cut}${hex.slice(0, before)}▸${hex.slice(before)}`;
}

/** A value of a frame in short form. */
export function fieldText(entry: FrameEntry, { name, field, value }: NamedField): string {
  if (name === "flags" && typeof value === "number") {
    const isAnswer = entry.message?.name === "SetupConnection.Success";
    const protocol = protocolNumbered(entry.value?.["protocol"]) ?? entry.protocol;
    return shortFlags(protocol, isAnswer ? "server" : "client", value);
  }
  return shortValue(name, field, value);
}

import { OperatorError } from "../errors.ts";
import { type Address, formatAddress } from "../ports.ts";
import { escapeText } from "../telemetry/escape.ts";
import type { Setting, TomlValue } from "./setting.ts";

interface Limits {
  readonly fallback?: number;
  readonly min: number;
  readonly max: number;
  readonly unit?: string;
}

/** Text of `limit` characters at most. */
export function text(doc: string, fallback?: string, limit = 255): Setting<string> {
  return scalar({ doc, form: "text", fallback }, (given) => {
    if (given.length > limit) refuse(`must be at most ${limit} characters, not ${given.length}`);
    return given;
  });
}

/** The path of a file or directory. */
export function path(doc: string, fallback?: string): Setting<string> {
  return scalar({ doc, form: "path", fallback }, (given) => {
    if (given === "" || given.includes("\0")) refuse(`must be a path, not ${show(given)}`);
    return given;
  });
}

/** One of a few words. */
export function choice<const C extends string>(
  doc: string,
  words: readonly C[],
  fallback?: C,
): Setting<C> {
  return scalar({ doc, form: words.join("|"), fallback }, (given) => {
    const word = words.find((each) => each === given.toLowerCase());
    return word ?? refuse(`must be ${orList(words)}, not ${show(given)}`);
  });
}

/** A whole number. */
export function integer(doc: string, limits: Limits): Setting<number> {
  return numeric(doc, limits, "a whole number", Number.isSafeInteger);
}

/** A number, with or without a fraction. */
export function number(doc: string, limits: Limits): Setting<number> {
  return numeric(doc, limits, "a number", Number.isFinite);
}

/** Yes or no. A flag without a value. */
export function toggle(doc: string, fallback: boolean): Setting<boolean> {
  return {
    doc,
    form: "true|false",
    toggle: true,
    fallback,
    fromText(given) {
      if (/^(true|1|yes|on)$/i.test(given)) return true;
      if (/^(false|0|no|off)$/i.test(given)) return false;
      return refuse(`must be true or false, not ${show(given)}`);
    },
    fromToml: (given) =>
      typeof given === "boolean" ? given : refuse(`must be true or false, not ${show(given)}`),
    toToml: (value) => value,
  };
}

/** Where to listen or whom to call, as `host:port`; IPv6 in brackets. Port 0: any that is free. */
export function address(doc: string, fallback?: string, lowestPort = 0): Setting<Address> {
  const parse = (given: string): Address => parseAddress(given, lowestPort);
  return {
    doc,
    form: "host:port",
    ...(fallback === undefined ? {} : { fallback: parse(fallback) }),
    fromText: parse,
    fromToml: (given) => typeof given === "string" ? parse(given) : refuse(notText(given)),
    toToml: formatAddress,
  };
}

/** A secret, decoded by `decode`, which must not quote it in what it throws. */
export function secret<T>(doc: string, decode: (text: string) => T): Setting<T> {
  return {
    doc,
    form: "secret",
    secret: true,
    fromText: (given) => decode(given.trim()),
    fromToml: (given) =>
      typeof given === "string" ? decode(given.trim()) : refuse("must be text in quotes"),
    toToml: () => "(hidden)",
  };
}

/** Any number of values of `of`: an array in TOML, commas in text, a flag that may be repeated. */
export function listOf<T>(of: Setting<T>, fallback?: readonly T[]): Setting<readonly T[]> {
  return {
    doc: of.doc,
    form: of.form,
    list: true,
    ...(of.range === undefined ? {} : { range: of.range }),
    ...(fallback === undefined ? {} : { fallback }),
    ...(of.fields === undefined ? {} : { fields: of.fields }),
    fromText: (given) =>
      given.split(",").map((item) => item.trim()).filter((item) => item !== "")
        .map((item) => of.fromText(item)),
    fromToml: (given) =>
      isArray(given) ? given.map((item) => of.fromToml(item)) : [of.fromToml(given)],
    toToml: (values) => values.flatMap((value) => of.toToml(value) ?? []),
  };
}

/** Any number of texts, each as it is given. */
export function texts(doc: string): Setting<readonly string[]> {
  return { ...listOf(text(doc, undefined, Infinity)), fromTexts: (given) => given };
}

/** May be left out; its value is then `undefined`. */
export function optional<T>(of: Setting<T>): Setting<T | undefined> {
  return {
    ...of,
    fallback: undefined,
    fromText: (given) => of.fromText(given),
    fromToml: (given) => of.fromToml(given),
    toToml: (value) => value === undefined ? undefined : of.toToml(value),
  };
}

/** Given without a flag, in the order of the settings. */
export function positional<T>(of: Setting<T>): Setting<T> {
  return { ...of, positional: true };
}

/** Also known by `aliases` in TOML. */
export function alias<T>(of: Setting<T>, ...aliases: readonly string[]): Setting<T> {
  return { ...of, aliases };
}

/** Reads what {@link formatAddress} writes. @throws {OperatorError} If it is not `host:port`. */
export function parseAddress(given: string, lowestPort = 0): Address {
  const [, bracketed, plain, digits = ""] =
    /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:/[\]]{1,253})):(\d{1,5})$/.exec(given.trim()) ?? [];
  const hostname = bracketed ?? plain;
  const port = Number(digits);
  if (hostname === undefined || port > 65535 || port < lowestPort) {
    refuse(`must be host:port with a port from ${lowestPort} to 65535, not ${show(given)}`);
  }
  return { hostname: hostname ?? "", port };
}

/** Says what is wrong with a value: a message that completes `"shares_per_minute: …"`. */
export function refuse(message: string): never {
  throw new OperatorError("config", message);
}

/** A value, as a message may quote it. */
export function show(given: TomlValue): string {
  if (typeof given === "string") return `"${escapeText(given, 60)}"`;
  if (isArray(given)) return "an array";
  if (given instanceof Date) return "a date";
  return typeof given === "object" ? "a table" : String(given);
}

function scalar<T extends string>(
  { doc, form, fallback }: { doc: string; form: string; fallback: T | undefined },
  read: (text: string) => T,
): Setting<T> {
  return {
    doc,
    form,
    ...(fallback === undefined ? {} : { fallback }),
    fromText: read,
    fromToml: (given) => typeof given === "string" ? read(given) : refuse(notText(given)),
    toToml: (value) => value,
  };
}

function numeric(
  doc: string,
  { fallback, min, max, unit }: Limits,
  kind: string,
  fits: (value: number) => boolean,
): Setting<number> {
  const range = `${brief(min)} to ${brief(max)}${unit === undefined ? "" : ` ${unit}`}`;
  const check = (value: number, given: TomlValue) =>
    fits(value) && min <= value && value <= max
      ? value
      : refuse(`must be ${kind} from ${range}, not ${show(given)}`);
  return {
    doc,
    form: "number",
    range,
    ...(fallback === undefined ? {} : { fallback }),
    fromText: (given) =>
      check(/^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(given.trim()) ? Number(given) : NaN, given),
    fromToml: (given) => check(typeof given === "number" ? given : NaN, given),
    toToml: (value) => value,
  };
}

/** A limit without rows of zeros. */
function brief(value: number): string {
  return value < 1e9 ? String(value) : value.toExponential().replace("+", "");
}

function notText(given: TomlValue): string {
  return `must be text in quotes, not ${show(given)}`;
}

function isArray(given: TomlValue): given is readonly TomlValue[] {
  return Array.isArray(given);
}

function orList(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

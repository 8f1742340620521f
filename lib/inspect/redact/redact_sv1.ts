import { isRecord } from "../sv1.ts";
import type { Pseudonyms, Thing } from "./pseudonyms.ts";

type Json = Readonly<Record<string, unknown>>;

/** What each parameter of a method is. `hex` are bytes; what is not named here is kept. */
type What = Thing | "hex" | "keep";

/** Parameters by method. Of a method that is not here, every text is replaced. */
const PARAMETERS: Readonly<Record<string, readonly What[]>> = {
  "mining.authorize": ["user", "text"],
  "mining.submit": ["user", "keep", "hex", "keep", "keep", "keep"],
  "mining.subscribe": ["keep", "text", "host", "keep"],
  "mining.notify": ["keep", "keep", "hex", "hex", "keep", "keep", "keep", "keep", "keep"],
  "mining.set_extranonce": ["hex", "keep"],
  "mining.set_difficulty": ["keep"],
  "mining.set_version_mask": ["keep"],
  "mining.suggest_difficulty": ["keep"],
  "mining.suggest_target": ["keep"],
  "mining.configure": ["keep", "keep"],
  "mining.extranonce.subscribe": [],
  "client.reconnect": ["host", "keep", "keep"],
  "client.show_message": ["text"],
  "client.get_version": [],
};

const HEX = /^(?:[0-9a-f]{2})*$/i;
/** Errors of servers are kept as far as they are words. */
const WORDS = /^[A-Za-z ,.'()-]{0,80}$/;
const DEEPEST = 8;

/** A line of Stratum V1 without what it tells about people. */
export function redactSv1(json: Json, pseudonyms: Pseudonyms): Json {
  return Object.fromEntries(
    Object.entries(json).map(([key, value]) => [
      key,
      redactMember(key, value, json, pseudonyms),
    ]),
  );
}

function redactMember(key: string, value: unknown, json: Json, pseudonyms: Pseudonyms): unknown {
  const { method } = json;
  switch (key) {
    case "id":
      return typeof value === "object" ? null : value;
    case "method":
      return value;
    case "params":
      return redactParameters(typeof method === "string" ? method : "", value, pseudonyms);
    case "result":
      return redactResult(value, pseudonyms);
    case "error":
      return redactAll(value, pseudonyms, (text) => WORDS.test(text));
    default:
      return redactAll(value, pseudonyms, () => false);
  }
}

function redactParameters(method: string, params: unknown, pseudonyms: Pseudonyms): unknown {
  const whats = Object.hasOwn(PARAMETERS, method) ? PARAMETERS[method] : undefined;
  if (whats === undefined || !Array.isArray(params)) {
    return redactAll(params, pseudonyms, () => false);
  }
  return params.map((value: unknown, i) => redactOne(whats[i] ?? "text", value, pseudonyms));
}

/** The answer to `mining.subscribe` is told by its shape: subscriptions, extranonce, a size. */
function redactResult(result: unknown, pseudonyms: Pseudonyms): unknown {
  if (Array.isArray(result) && result.length === 3 && typeof result[2] === "number") {
    const [subscriptions, extranonce, size] = result as readonly unknown[];
    const isMethod = (text: string) => text.startsWith("mining.");
    return [
      redactAll(subscriptions, pseudonyms, isMethod),
      redactOne("hex", extranonce, pseudonyms),
      size,
    ];
  }
  const isMask = (text: string) => /^[0-9a-f]{8}$/.test(text);
  return redactAll(result, pseudonyms, isRecord(result) ? isMask : () => false);
}

function redactOne(what: What, value: unknown, pseudonyms: Pseudonyms): unknown {
  if (what === "keep") return value;
  if (typeof value !== "string") return redactAll(value, pseudonyms, () => false);
  if (what === "hex") {
    return HEX.test(value)
      ? pseudonyms.bytes(Uint8Array.fromHex(value)).toHex()
      : pseudonyms.name("text", value);
  }
  return pseudonyms.name(what, value);
}

/** Every text inside of a value but those that `isKept`; keys of objects too, and nothing too deep. */
function redactAll(
  value: unknown,
  pseudonyms: Pseudonyms,
  isKept: (text: string) => boolean,
  depth = 0,
): unknown {
  if (typeof value === "string") return isKept(value) ? value : pseudonyms.name("text", value);
  if (typeof value !== "object" || value === null) return value;
  if (depth > DEEPEST) return null;
  const inside = (each: unknown) => redactAll(each, pseudonyms, isKept, depth + 1);
  if (Array.isArray(value)) return value.map(inside);
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      /^[a-z._-]{0,40}$/.test(key) ? key : pseudonyms.name("text", key),
      inside(each),
    ]),
  );
}

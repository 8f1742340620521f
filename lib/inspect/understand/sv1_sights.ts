/**
 * Lines of Stratum V1, as far as they have a counterpart in Stratum V2. Every line is a peer's: JSON of
 * any shape.
 *
 * @module
 */

import type { LineEntry } from "../entry.ts";
import type { ConnectionState } from "./connection.ts";
import type { About } from "./sight.ts";
import type { Notified, Submitted } from "./sv1.ts";
import type { Moment } from "./timeline.ts";
import { type NotifiedWork, twinOfNotified, twinsOfSubmitted } from "./twins.ts";
import type { World } from "./world.ts";

/** Longest name, job id or piece of hexadecimal that is kept. */
const MOST_TEXT = 256;
/** Longest half of a coinbase that is compared, in digits. */
const MOST_COINBASE = 131_072;

/** What the tracker learns from a line of Stratum V1. */
export function seeLine(entry: LineEntry, on: ConnectionState, world: World, at: Moment): About {
  const { json } = entry;
  if (json === undefined) return { kind: "other" };
  const params = Array.isArray(json["params"]) ? json["params"] as unknown[] : [];
  if (entry.direction === "down" && json["method"] === "mining.notify") {
    return notified(params, on, world, at) ?? { kind: "other" };
  }
  if (entry.direction === "up" && json["method"] === "mining.submit") {
    return submitted(params, on, world, at) ?? { kind: "other" };
  }
  if (entry.direction === "down" && json["method"] === "mining.set_extranonce") {
    on.sv1.extranonce1 = hexIn(params[0]) ?? on.sv1.extranonce1;
  }
  if (entry.direction === "down") on.sv1.extranonce1 = subscribed(json) ?? on.sv1.extranonce1;
  return { kind: "other" };
}

function notified(
  params: readonly unknown[],
  on: ConnectionState,
  world: World,
  at: Moment,
): About | undefined {
  const id = textIn(params[0]);
  if (id === undefined) return undefined;
  const work = workIn(params);
  const twin = work && twinOfNotified(work, world);
  const notified: Notified = { ...at, kind: "notified", on, id, twin };
  world.addNotified(notified);
  return { kind: "notify", notified, twin };
}

function submitted(
  params: readonly unknown[],
  on: ConnectionState,
  world: World,
  at: Moment,
): About | undefined {
  const user = textIn(params[0]);
  const jobId = textIn(params[1]);
  const extranonce2 = hexIn(params[2]);
  const ntime = numberIn(params[3]);
  const nonce = numberIn(params[4]);
  if (user === undefined || extranonce2 === undefined || ntime === undefined) return undefined;
  if (nonce === undefined) return undefined;
  const job = on.sv1.jobs.get(jobId ?? "");
  const submitted: Submitted = {
    ...at,
    kind: "submitted",
    on,
    user,
    extranonce2,
    ntime,
    nonce,
    job,
  };
  const twins = twinsOfSubmitted(submitted, world);
  world.addSubmitted(submitted);
  return { kind: "submit", submitted, twins };
}

/** The halves and the path of a `mining.notify`. */
function workIn(params: readonly unknown[]): NotifiedWork | undefined {
  const coinbase1 = hexIn(params[2], MOST_COINBASE);
  const coinbase2 = hexIn(params[3], MOST_COINBASE);
  const version = numberIn(params[5]);
  if (coinbase1 === undefined || coinbase2 === undefined || version === undefined) return undefined;
  if (!Array.isArray(params[4]) || params[4].length > 255) return undefined;
  const merklePath: string[] = [];
  for (const part of params[4] as unknown[]) {
    const hash = hexIn(part);
    if (hash?.length !== 64) return undefined;
    merklePath.push(hash);
  }
  return { coinbase1, coinbase2, merklePath, version };
}

/** The extranonce1 in the answer to a `mining.subscribe`, which is known by its shape. */
function subscribed(json: Readonly<Record<string, unknown>>): string | undefined {
  const { result } = json;
  if (!Array.isArray(result) || result.length < 3 || !Array.isArray(result[0])) return undefined;
  return typeof result[2] === "number" ? hexIn(result[1]) : undefined;
}

function textIn(value: unknown): string | undefined {
  return typeof value === "string" && value.length <= MOST_TEXT ? value : undefined;
}

function hexIn(value: unknown, most = MOST_TEXT): string | undefined {
  return typeof value === "string" && value.length <= most && /^(?:[0-9a-f]{2})*$/i.test(value)
    ? value.toLowerCase()
    : undefined;
}

/** Four bytes, most significant first. */
function numberIn(value: unknown): number | undefined {
  return typeof value === "string" && /^[0-9a-f]{8}$/i.test(value)
    ? Number.parseInt(value, 16)
    : undefined;
}

import { escapeJson, escapeText } from "../../telemetry/escape.ts";
import type { LineEntry } from "../entry.ts";
import { sv1Name } from "../sv1.ts";
import type { Paint } from "./paint.ts";

/** Characters of parameters or of a result. */
const MOST = 200;

/** A line of Stratum V1 without when and where: method, id and parameters, or what answers them. */
export function sv1Line({ text, json }: LineEntry, paint: Paint): string {
  if (json === undefined) return `${paint("red", "no JSON")} ${escapeText(text, MOST)}`;
  const { id, params, result, error } = json;
  const name = paint("bold", `Sv1 ${escapeText(sv1Name(json), 64)}`);
  const number = id === undefined || id === null ? "" : ` id=${shortJson(id)}`;
  if (json["method"] !== undefined) return `${name}${number} ${shortJson(params)}`;
  const isError = error !== undefined && error !== null;
  const answer = shortJson(isError ? error : result);
  return `${name}${number} ${isError ? paint("red", answer) : answer}`;
}

/** JSON without what could move a cursor, cut. */
function shortJson(value: unknown): string {
  const json = escapeJson(JSON.stringify(value ?? null));
  return json.length <= MOST ? json : `${json.slice(0, MOST)}…(${json.length - MOST} more)`;
}

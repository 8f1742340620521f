/** Arrays and objects inside of one another; what writes JSON needs a stack for them. */
const DEEPEST = 64;

/**
 * A line of Stratum V1 as JSON.
 *
 * @returns `undefined` if it is no JSON object, or one that nobody would send: more than 64 values
 * inside of one another. What is in it is the peer's, also the keys.
 */
export function parseSv1(text: string): Readonly<Record<string, unknown>> | undefined {
  if (depthOf(text) > DEEPEST) return undefined;
  try {
    const json: unknown = JSON.parse(text);
    return isRecord(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

/** What a line is about: its method, or that it answers one. */
export function sv1Name(json: Readonly<Record<string, unknown>> | undefined): string {
  if (json === undefined) return "no-json";
  const { method } = json;
  if (typeof method === "string") return method;
  const { error } = json;
  return error === null || error === undefined ? "result" : "error";
}

/** Whether `value` is an object with keys. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Brackets that are open at a time, at most; those in texts are none. */
function depthOf(json: string): number {
  let [depth, deepest] = [0, 0];
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (token === "[" || token === "{") deepest = Math.max(deepest, ++depth);
    else if (token === "]" || token === "}") depth--;
  }
  return deepest;
}

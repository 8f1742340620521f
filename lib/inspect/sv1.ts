/**
 * A line of Stratum V1 as JSON.
 *
 * @returns `undefined` if it is no JSON object. What is in it is the peer's: any keys, any depth.
 */
export function parseSv1(text: string): Readonly<Record<string, unknown>> | undefined {
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

/**
 * The server that the page came from: the only one that it talks to.
 *
 * @module
 */

import type { Refusal, State } from "../../../lib/inspect/web/api.ts";

/** What to ask with; what is undefined is left out. */
export type Parameters = Readonly<Record<string, string | number | undefined>>;

/**
 * Asks for something.
 *
 * @param path Below `api/`.
 * @throws {Error} With what the server says, or that it cannot be reached.
 */
export async function ask<T>(path: string, parameters: Parameters = {}): Promise<T> {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) query.set(name, String(value));
  }
  let response: Response;
  try {
    response = await fetch(`api/${path}?${query}`);
  } catch (cause) {
    throw new Error("headframe does not answer: has it been stopped?", { cause });
  }
  const answer: unknown = await response.json();
  if (!response.ok) throw new Error((answer as Refusal).error);
  return answer as T;
}

/**
 * Listens to how far it is.
 *
 * @param onState With undefined when the server cannot be reached; it is tried again.
 * @returns Stops it.
 */
export function listen(onState: (state: State | undefined) => void): () => void {
  const source = new EventSource("api/events");
  source.onmessage = ({ data }) => {
    const state = JSON.parse(String(data)) as State;
    if (!state.isLive) source.close();
    onState(state);
  };
  source.onerror = () => onState(undefined);
  return () => source.close();
}

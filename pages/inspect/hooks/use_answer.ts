import { useEffect, useRef, useState } from "preact/hooks";
import { ask, type Parameters } from "../model/server.ts";

/** What came back so far. */
export interface Answer<T> {
  readonly value?: T;
  readonly error?: string;
}

/** Milliseconds between two questions, however often things change. */
const PAUSE_MS = 500;

/**
 * Asks the server, and again whenever `version` or what is asked has changed; meanwhile the last answer
 * stays.
 *
 * @param path Below `api/`; undefined asks nothing.
 */
export function useAnswer<T>(
  path: string | undefined,
  parameters: Parameters,
  version: unknown,
): Answer<T> {
  const [known, setKnown] = useState<Answer<T>>({});
  const lastAsked = useRef({ key: "", at: 0 });
  const key = JSON.stringify([path, parameters]);
  useEffect(() => {
    if (path === undefined) return;
    let isWanted = true;
    const { key: before, at } = lastAsked.current;
    const wait = before === key ? Math.max(0, at + PAUSE_MS - performance.now()) : 0;
    const timer = setTimeout(async () => {
      lastAsked.current = { key, at: performance.now() };
      try {
        const value = await ask<T>(path, parameters);
        if (isWanted) setKnown({ value });
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        if (isWanted) setKnown({ error: reason });
      }
    }, wait);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [key, version]);
  return path === undefined ? {} : known;
}

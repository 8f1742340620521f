import { OperatorError } from "../../errors.ts";
import type { Clock, HttpHandler } from "../../ports.ts";
import { reportParts } from "../statistics/render.ts";
import type { BrokenRules, Refusal, StatisticsParts, Wanted } from "./api.ts";
import { bytesOf, detailOf } from "./detail.ts";
import type { EntryStore } from "./entry_store.ts";
import { Events } from "./events.ts";
import { HEADERS, refusalOf } from "./guard.ts";
import { findingLine } from "./lines.ts";
import { Views } from "./views.ts";

/** A file of the page. */
export interface Asset {
  /** Media type. */
  readonly type: string;
  readonly body: string;
}

/** What is served. */
export interface WebOptions {
  readonly store: EntryStore;
  /** By name; `index.html` is the page. */
  readonly assets: Readonly<Record<string, Asset>>;
  /**
   * Stands at the start of every path: other users of this machine can reach the port, but must not
   * read the traffic.
   */
  readonly token: string;
  readonly clock: Clock;
}

const MOST_ROWS = 500;
/** Characters of a filter, or of what is followed. */
const MOST_ASKED = 4_096;

/** Answers the page's requests. */
export function webHandler({ store, assets, token, clock }: WebOptions): HttpHandler {
  const views = new Views(store);
  const events = new Events(store, clock);
  const start = `/${token}/`;
  return async (request, at) => {
    const refusal = refusalOf(request, at);
    if (refusal !== undefined) return refuse(refusal.status, refusal.error);
    const { pathname, searchParams } = new URL(request.url);
    if (!pathname.startsWith(start)) {
      return refuse(404, "Nothing is here: open the address that headframe printed, all of it");
    }
    const path = pathname.slice(start.length);
    const asset = Object.hasOwn(assets, path || "index.html")
      ? assets[path || "index.html"]
      : undefined;
    if (asset !== undefined) return answer(asset.body, asset.type);
    try {
      return await answerTo(path, new Query(searchParams), { store, views, events, clock });
    } catch (error) {
      if (error instanceof OperatorError) return refuse(400, error.message);
      throw error;
    }
  };
}

interface Served {
  readonly store: EntryStore;
  readonly views: Views;
  readonly events: Events;
  readonly clock: Clock;
}

async function answerTo(
  path: string,
  query: Query,
  { store, views, events, clock }: Served,
): Promise<Response> {
  switch (path) {
    case "api/state":
      return json(store.state);
    case "api/rows": {
      const view = views.of(query.wanted());
      await view.update(clock);
      const count = Math.min(query.number("count") ?? MOST_ROWS, MOST_ROWS);
      return json(
        view.rows({ from: query.number("from") ?? 0, count, near: query.number("near") }),
      );
    }
    case "api/entry": {
      const kept = store.get(query.number("number") ?? 0);
      return kept === undefined ? gone() : json(detailOf(kept));
    }
    case "api/bytes": {
      const kept = store.get(query.number("number") ?? 0);
      if (kept?.entry.kind !== "frame") return gone();
      return json(bytesOf(kept.entry, query.number("from") ?? 0));
    }
    case "api/connections":
      return json(store.connections);
    case "api/statistics": {
      const report = store.understanding.report();
      const parts: StatisticsParts = { parts: report === undefined ? [] : reportParts(report) };
      return json(parts);
    }
    case "api/rules":
      return json(brokenRules(store));
    case "api/events": {
      const stream = events.listen();
      return stream === undefined
        ? refuse(503, "Too many pages are open")
        : answer(stream, "text/event-stream");
    }
    default:
      return refuse(404, "Nothing is here");
  }
}

/** What was asked, as far as it makes sense. */
class Query {
  readonly #parameters: URLSearchParams;

  constructor(parameters: URLSearchParams) {
    this.#parameters = parameters;
  }

  number(name: string): number | undefined {
    const text = this.#parameters.get(name);
    return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
  }

  wanted(): Wanted {
    const connection = this.number("connection");
    return { filter: this.#text("filter"), follow: this.#text("follow"), connection };
  }

  #text(name: string): string {
    const text = this.#parameters.get(name) ?? "";
    if (text.length <= MOST_ASKED) return text;
    throw new OperatorError("usage", `Cannot read ${name}: it has over ${MOST_ASKED} characters`);
  }
}

function brokenRules({ understanding }: EntryStore): BrokenRules {
  return {
    rules: understanding.broken.map(({ id, level, title, count, examples }) => ({
      id,
      severity: level,
      title,
      count,
      examples: examples.map(findingLine),
    })),
  };
}

function gone(): Response {
  return refuse(404, "There is no such entry, or it is no longer kept");
}

function refuse(status: number, error: string): Response {
  const refusal: Refusal = { error };
  return json(refusal, status);
}

function json(value: unknown, status = 200): Response {
  return answer(JSON.stringify(value), "application/json", status);
}

function answer(body: string | ReadableStream<Uint8Array>, type: string, status = 200): Response {
  const isText = /^text\/|javascript$|json$|svg/.test(type) && !type.includes("charset");
  const contentType = isText ? `${type}; charset=utf-8` : type;
  return new Response(body, { status, headers: { ...HEADERS, "content-type": contentType } });
}

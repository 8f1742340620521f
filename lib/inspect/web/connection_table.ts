import type { Connection, Micros } from "../../capture/capture.ts";
import { FRAME_HEADER_SIZE } from "../../frame/header.ts";
import type { SetupConnection } from "../../messages/common.ts";
import { escapeText } from "../../telemetry/escape.ts";
import type { Entry, NoteEntry } from "../entry.ts";
import { endpointText } from "../show/json.ts";
import { timeOfDay } from "../show/line.ts";
import { spanText } from "../spans.ts";
import type { Understood } from "../understanding.ts";
import type { ConnectionRow, Connections } from "./api.ts";

/** Connections that are told of; of more, those that were quiet for longest are dropped. */
const MOST_CONNECTIONS = 1_000;

const SPEAKS = ["mining", "job declaration", "template distribution"];
/** Codes of notes that say that nothing more will come. */
const ENDS = /^connection-(?:closed|unfinished)$/;

interface Known {
  connection: Connection;
  readonly first: Micros;
  last: Micros;
  isOpen: boolean;
  findings: number;
  speaks: string;
  device: string;
  readonly up: { messages: number; bytes: number };
  readonly down: { messages: number; bytes: number };
}

/** What is known of each connection. */
export class ConnectionTable {
  /** The one that was quiet for longest first. */
  readonly #known = new Map<number, Known>();
  #dropped = 0;

  see(entry: Entry, { sight: { about }, findings }: Pick<Understood, "sight" | "findings">): void {
    const { id } = entry.connection;
    const known = this.#known.get(id) ?? beginning(entry);
    this.#known.delete(id);
    this.#known.set(id, known);
    known.connection = entry.connection;
    known.last = entry.time;
    if (findings.length > 0) known.findings++;
    if (about.kind === "setup") setUp(known, about.value);
    if (entry.kind === "note") note(known, entry);
    else {
      const volume = known[entry.direction];
      volume.messages++;
      volume.bytes += sizeOf(entry);
      if (entry.kind === "line") known.speaks = "Stratum V1";
    }
    this.#drop();
  }

  list(): Connections {
    return { rows: [...this.#known.values()].map(rowOf).reverse(), more: this.#dropped };
  }

  #drop(): void {
    for (const quietest of this.#known.keys()) {
      if (this.#known.size <= MOST_CONNECTIONS) return;
      this.#known.delete(quietest);
      this.#dropped++;
    }
  }
}

function beginning({ connection, time }: Entry): Known {
  return {
    connection,
    first: time,
    last: time,
    isOpen: true,
    findings: 0,
    speaks: "",
    device: "",
    up: { messages: 0, bytes: 0 },
    down: { messages: 0, bytes: 0 },
  };
}

function note(known: Known, { code, facts }: NoteEntry): void {
  const { looks_like: looks } = facts;
  if (code === "no-keys") known.speaks = "encrypted, no keys";
  if (typeof looks === "string") known.speaks = escapeText(looks, 40);
  if (!ENDS.test(code)) return;
  known.isOpen = false;
  for (const direction of ["up", "down"] as const) {
    const bytes = facts[`${direction}_bytes`];
    if (typeof bytes === "number") known[direction].bytes = bytes;
  }
}

function setUp(known: Known, setup: SetupConnection): void {
  const { protocol, vendor, hardwareVersion, firmware } = setup;
  known.speaks = SPEAKS[protocol] ?? `protocol ${protocol}`;
  const device = [vendor, hardwareVersion, firmware].filter((text) => text !== "").join(" ");
  known.device = escapeText(device, 120);
}

function rowOf(known: Known): ConnectionRow {
  const { connection: { id, client, server }, first, last, isOpen, findings } = known;
  return {
    id,
    client: endpointText(client),
    server: endpointText(server),
    speaks: known.speaks,
    device: known.device,
    clock: timeOfDay(first),
    lasted: spanText(last - first),
    isOpen,
    up: { ...known.up },
    down: { ...known.down },
    findings,
  };
}

function sizeOf(entry: Exclude<Entry, { readonly kind: "note" }>): number {
  return entry.kind === "frame" ? FRAME_HEADER_SIZE + entry.payload.length : entry.text.length + 1;
}

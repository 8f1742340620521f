import { concatBytes } from "../../../lib/bitcoin/bytes.ts";
import { readerFor } from "../../../lib/capture/format.ts";
import { PcapngWriter } from "../../../lib/capture/pcapng_writer.ts";
import { SV2_KEY_LOG } from "../../../lib/capture/secrets.ts";
import { CaptureEntries } from "../../../lib/inspect/capture_entries.ts";
import type { Entry, FrameEntry, LineEntry } from "../../../lib/inspect/entry.ts";
import type { Finding } from "../../../lib/inspect/lint/rule.ts";
import { KeyLogReader } from "../../../lib/inspect/keys/key_log.ts";
import { KeyRing } from "../../../lib/inspect/keys/keys.ts";
import { formatLine } from "../../../lib/inspect/show/line.ts";
import { Understanding } from "../../../lib/inspect/understanding.ts";
import type { Sight } from "../../../lib/inspect/understand/sight.ts";

/** Notes that say no more than that all is well. */
const FINE = new Set([
  "connection-opened",
  "connection-closed",
  "connection-unfinished",
  "handshake-done",
  "sv1",
]);

/** A capture, read as `inspect` reads it. */
export class Decoded {
  readonly entries: readonly Entry[];
  readonly sights: readonly Sight[];
  readonly findings: readonly Finding[];

  private constructor(entries: readonly Entry[], sights: Sight[], findings: Finding[]) {
    this.entries = entries;
    this.sights = sights;
    this.findings = findings;
  }

  /**
   * @param keyLog Lines of a key log, if the keys are not inside.
   * @throws {Error} If a byte of it cannot be said to mean something.
   */
  static read(capture: Uint8Array, keyLog = ""): Decoded {
    const ring = new KeyRing();
    const onBadLine = ({ problem }: { problem: string }): never => {
      throw new Error(problem);
    };
    const keys = new KeyLogReader(ring, onBadLine);
    keys.push(new TextEncoder().encode(keyLog));
    keys.end();
    const found: Entry[] = [];
    const entries = new CaptureEntries({ ring, onBadLine, deliver: (entry) => found.push(entry) });
    entries.push(capture);
    entries.end();
    entries.close();
    const understanding = new Understanding({ lint: true });
    const understood = found.map((entry) => understanding.see(entry));
    const bad = found.filter((entry) => !isFine(entry));
    if (bad.length > 0) {
      const shown = bad.slice(0, 5).map((entry) => formatLine(entry)).join("\n");
      throw new Error(`${bad.length} of ${found.length} entries are not understood:\n${shown}`);
    }
    return new Decoded(
      found,
      understood.map(({ sight }) => sight),
      understood.flatMap(({ findings }) => findings),
    );
  }

  get frames(): FrameEntry[] {
    return this.entries.filter((entry) => entry.kind === "frame");
  }

  get lines(): LineEntry[] {
    return this.entries.filter((entry) => entry.kind === "line");
  }

  /** How often a message was sent. */
  count(name: string): number {
    return this.frames.filter(({ message }) => message?.name === name).length;
  }

  /** @throws {Error} If one of these messages was not seen. */
  expect(...names: readonly string[]): void {
    const missing = names.filter((name) => this.count(name) === 0);
    if (missing.length > 0) throw new Error(`not seen: ${missing.join(", ")}`);
  }

  /** Rules that were broken, by whom, and how often: `MIN-60 ×3 by the server`. */
  get broken(): string[] {
    const counts = new Map<string, number>();
    for (const { id, level, by, connection } of this.findings) {
      const protocol = this.frames.find((frame) => frame.connection.id === connection)?.protocol;
      const about = `${level} ${id} by the ${protocol ?? "?"} ${by}`;
      counts.set(about, (counts.get(about) ?? 0) + 1);
    }
    return [...counts].map(([about, count]) => `${about} ×${count}`);
  }
}

/** Keeps a capture for who wants to look at it, in the folder that `HEADFRAME_CAPTURES` names, if any. */
export async function keepCapture(name: string, bytes: Uint8Array): Promise<void> {
  const folder = Deno.env.get("HEADFRAME_CAPTURES");
  if (folder !== undefined) await Deno.writeFile(`${folder}/${name}`, bytes);
}

/** The same capture in pcapng, with the keys that open it inside. */
export function withKeys(capture: Uint8Array, keyLog: string): Uint8Array {
  const writer = new PcapngWriter();
  const parts = [
    writer.section("tcpdump, with its keys put in by headframe"),
    writer.secrets(SV2_KEY_LOG, new TextEncoder().encode(keyLog)),
  ];
  readerFor(capture, true)?.push(capture, (block) => {
    if (block.type !== "packet") return;
    const { linkType } = block.packet;
    if (parts.length === 2) parts.push(writer.interface({ linkType, name: "lo" }));
    parts.push(writer.packet(0, block.packet));
  });
  return concatBytes(...parts);
}

function isFine(entry: Entry): boolean {
  switch (entry.kind) {
    case "frame":
      return entry.message !== undefined && entry.error === undefined && entry.rest.length === 0;
    case "line":
      return entry.json !== undefined;
    case "note":
      return FINE.has(entry.code);
  }
}

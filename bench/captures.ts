/**
 * How fast, and in how much memory, `inspect` reads a capture: of a GiB for what a person waits for, of
 * some MiB for what would take others too long.
 *
 * @module
 */

import { CaptureStreams } from "../lib/capture/read_capture.ts";
import { FrameOpener } from "../lib/noise/transport.ts";
import { Tshark } from "../tests/interop/wireshark/tshark.ts";
import { type Made, writePoolTraffic } from "./pool_traffic.ts";
import { processorSeconds, residentBytes } from "./process_figures.ts";
import type { Row } from "./table.ts";

export interface CaptureBenchOptions {
  /** Bytes of the large capture. */
  readonly size: number;
  readonly say: (line: string) => void;
}

/** Bytes of the small one. */
const SMALL = 64 << 20;
const MIB = 2 ** 20;
const CHUNK = 1 << 20;
const MAIN = new URL("../main.ts", import.meta.url).pathname;
/** Lets no message through. */
const NOTHING = ["--filter", "channel == 99999"];

/** A capture in a file, and what is in it. */
interface Captured extends Made {
  readonly path: string;
  readonly keys: string;
}

/** What a process used. */
interface Used {
  readonly seconds: number;
  /** Most that was resident at a time. */
  readonly bytes: number;
}

export async function captureRows({ size, say }: CaptureBenchOptions): Promise<Row[]> {
  await using tshark = await Tshark.open();
  const make = (name: string, size: number, isSealed: boolean): Captured => {
    const path = `${tshark.directory}/${name}.pcap`;
    say(`  writing ${(size / MIB).toFixed(0)} MiB, ${isSealed ? "sealed" : "in the clear"}`);
    return capture(path, { size, isSealed });
  };
  const small = make("small", SMALL, true);
  const clear = make("clear", SMALL, false);
  const large = make("large", size, true);
  const much = size < 2 ** 30 ? `${size / MIB} MiB` : `${size / 2 ** 30} GiB`;
  const rates = { unit: "messages /s", better: "more" } as const;
  const speeds = { unit: "MB/s", better: "more" } as const;
  const opener = openerRate(small);
  const than = "our FrameOpener alone, which is its limit";
  const silent = await inspect(large, NOTHING);
  const lines = await inspect(large, []);
  const before = await inspect(small, []);
  const ours = await inspect(clear, []);
  const theirs = await used("/usr/bin/tshark", tshark.argumentsFor(clear.path));
  const speed = ({ bytes }: Captured, { seconds }: Used) => bytes / 1e6 / seconds;
  return [
    {
      what: `sealed capture of ${much} → messages, none shown`,
      ...rates,
      ours: large.frames / silent.seconds,
      theirs: opener,
      than,
    },
    {
      what: "the same, a line for each",
      ...rates,
      ours: large.frames / lines.seconds,
      theirs: opener,
      than,
    },
    {
      what: "capture of 64 MiB in the clear → a line for each message",
      ...speeds,
      ours: speed(clear, ours),
      theirs: speed(clear, theirs),
      than: "tshark with the dissector that we print",
    },
    {
      what: "capture → TCP streams",
      ...speeds,
      ours: streamSpeed(clear),
      theirs: 100,
      than: "what was asked for",
      goal: 1,
    },
    {
      what: `most memory for ${much}`,
      unit: "MiB",
      better: "less",
      ours: lines.bytes / MIB,
      theirs: before.bytes / MIB,
      than: "the same for 64 MiB",
      goal: 0.8,
    },
  ];
}

function capture(
  path: string,
  options: { readonly size: number; readonly isSealed: boolean },
): Captured {
  using file = Deno.openSync(path, { write: true, createNew: true });
  const buffer = new Uint8Array(CHUNK);
  let used = 0;
  const flush = (): void => {
    for (let at = 0; at < used;) at += file.writeSync(buffer.subarray(at, used));
    used = 0;
  };
  const made = writePoolTraffic({
    write(bytes) {
      if (used + bytes.length > buffer.length) flush();
      buffer.set(bytes, used);
      used += bytes.length;
    },
  }, options);
  flush();
  const keys = `${path}.keys`;
  Deno.writeTextFileSync(keys, made.keyLog);
  return { ...made, path, keys };
}

function inspect({ path, keys }: Captured, more: readonly string[]): Promise<Used> {
  const args = ["run", "-A", MAIN, "inspect", path, "--keylog", keys, ...more];
  return used(Deno.execPath(), args);
}

/** Runs a program whose output nobody wants. @throws {Error} If it fails. */
async function used(command: string, args: readonly string[]): Promise<Used> {
  const child = new Deno.Command(command, {
    args: [...args],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  let [seconds, bytes] = [0, 0];
  const look = setInterval(() => {
    try {
      seconds = processorSeconds(child.pid);
      // Of one that ends right now it is not to be had.
      bytes = Math.max(bytes, residentBytes(child.pid) || 0);
    } catch {
      // It has ended.
    }
  }, 20);
  const { code } = await child.status;
  clearInterval(look);
  if (code !== 0) throw new Error(`${command} ended with ${code}`);
  return { seconds, bytes };
}

/** Frames a processor second, opened as they came in segments and nothing more. */
function openerRate({ path, keyLog }: Captured): number {
  const keys = keyLog.trim().split("\n").map((line) =>
    Uint8Array.fromHex(line.split(" ")[2] ?? "")
  );
  const segments: { readonly key: number; readonly bytes: Uint8Array }[] = [];
  const begun = new Set<number>();
  read(Deno.readFileSync(path), (id, isUp, bytes) => {
    const key = 2 * (id - 1) + (isUp ? 0 : 1);
    // The first that either side says is its act.
    if (begun.has(key)) segments.push({ key, bytes: bytes.slice() });
    begun.add(key);
  });
  let best = 0;
  for (let run = 0; run < 3; run++) {
    const openers = keys.map((key) => new FrameOpener(key));
    let frames = 0;
    const start = processorSeconds(Deno.pid);
    for (const { key, bytes } of segments) openers[key]?.push(bytes, () => frames++);
    best = Math.max(best, frames / (processorSeconds(Deno.pid) - start));
  }
  return best;
}

/** MB of capture a processor second. */
function streamSpeed({ path }: Captured): number {
  const capture = Deno.readFileSync(path);
  let best = 0;
  for (let run = 0; run < 3; run++) {
    const start = processorSeconds(Deno.pid);
    read(capture, () => {});
    best = Math.max(best, capture.length / 1e6 / (processorSeconds(Deno.pid) - start));
  }
  return best;
}

function read(
  capture: Uint8Array,
  take: (id: number, isUp: boolean, bytes: Uint8Array) => void,
): void {
  const streams = new CaptureStreams({
    stream(event) {
      if (event.type === "data") take(event.connection.id, event.direction === "up", event.bytes);
    },
    secrets() {},
  });
  for (let at = 0; at < capture.length; at += CHUNK) {
    streams.push(capture.subarray(at, at + CHUNK));
  }
  streams.end();
}

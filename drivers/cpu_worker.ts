/// <reference lib="deno.worker" />
/**
 * A thread that hashes. It has a kernel of its own and never pauses while it has work, but looks every
 * few milliseconds whether there is word for it, so that a new block is taken up at once.
 *
 * @module
 */

import { decodeHeader, rolledHeader } from "../lib/bitcoin/header.ts";
import { Scanner } from "../lib/kernel/scan.ts";
import { bytesFromTarget } from "../lib/pow/target.ts";
import type { FromThread, ToThread } from "./cpu_protocol.ts";
import type { Work } from "./driver.ts";
import { Search } from "./search.ts";

/** How long a slice should take, between two looks. */
const SLICE_MS = 5;
const PROGRESS_MS = 500;
const FIRST_SLICE = 10_000;

declare const self: DedicatedWorkerGlobalScope;

interface Task {
  readonly work: Work;
  readonly search: Search;
  readonly target: Uint8Array;
}

const scanner = new Scanner({ now: () => performance.now() });
let told = new Int32Array(new SharedArrayBuffer(4));
/** Messages taken so far: fewer than were told means that one waits in the event loop. */
let heard = 0;
let current: Task | undefined;
let sliceSize = FIRST_SLICE;
let hashes = 0;
let saidAt = 0;

self.onmessage = ({ data }: MessageEvent<ToThread>) => {
  heard++;
  obey(data);
  while (current !== undefined && Atomics.load(told, 0) === heard) slice(current);
};

function obey(message: ToThread): void {
  switch (message.type) {
    case "hello":
      told = new Int32Array(message.told);
      return;
    case "measure":
      return say({ type: "measured", hashRate: measure(message.ms) });
    case "work":
      return begin(message.work);
    case "rest":
      return end();
    case "stop":
      end();
      say({ type: "stopped" });
      return self.close();
  }
}

function begin(work: Work): void {
  if (current === undefined) saidAt = performance.now();
  current = { work, search: new Search(work), target: bytesFromTarget(work.target) };
}

function end(): void {
  current = undefined;
  hashes = 0;
}

function slice({ work, search, target }: Task): void {
  const start = performance.now();
  const stretch = search.take(sliceSize);
  if (stretch === undefined) {
    current = undefined;
    return say({ type: "done", workId: work.id });
  }
  const { version, firstNonce, count } = stretch;
  const { time: ntime } = decodeHeader(work.header);
  scanner.prepare(rolledHeader(work.header, { version }), target);
  for (let tried = 0; tried < count;) {
    const scan = scanner.scan(firstNonce + tried, count - tried);
    for (const nonce of scan.nonces) {
      say({ type: "found", nonce: { workId: work.id, version, ntime, nonce } });
    }
    tried += scan.tried;
  }
  const now = performance.now();
  // A stretch cut short by the end of its block says nothing about speed.
  if (count === sliceSize) sliceSize = nextSize(count, now - start);
  hashes += count;
  progress(now);
}

function progress(now: number): void {
  const ms = now - saidAt;
  if (ms < PROGRESS_MS) return;
  say({ type: "progress", hashes, ms });
  hashes = 0;
  saidAt = now;
}

/** Never more than twice as much as before: one pause of the machine must not make slices long. */
function nextSize(count: number, ms: number): number {
  const wanted = Math.round(count * SLICE_MS / Math.max(ms, 0.1));
  return Math.min(Math.max(wanted, 1_000), 2 * count);
}

/** h/s on a header that nothing comes of. */
function measure(ms: number): number {
  scanner.prepare(new Uint8Array(80), new Uint8Array(32));
  run(ms);
  const { hashes, elapsed } = run(ms);
  return hashes * 1_000 / elapsed;
}

function run(ms: number): { hashes: number; elapsed: number } {
  const start = performance.now();
  let hashes = 0;
  let elapsed = 0;
  while (elapsed < ms) {
    hashes += scanner.scan(hashes % 2 ** 31, FIRST_SLICE).tried;
    elapsed = performance.now() - start;
  }
  return { hashes, elapsed };
}

function say(message: FromThread): void {
  self.postMessage(message);
}

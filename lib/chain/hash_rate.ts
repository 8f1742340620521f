import { HEADER_SIZE } from "../bitcoin/header.ts";
import { Scanner } from "../kernel/scan.ts";
import type { Clock } from "../ports.ts";

const BATCH = 50_000;
const MAX_BATCHES = 1_000;

/**
 * How fast one thread of this computer hashes headers, found out by doing it for `ms`: what the
 * difficulty of an embedded chain starts from.
 *
 * @returns Hashes per second, above 0.
 */
export function measureHashRate(clock: Pick<Clock, "now">, ms = 150): number {
  const scanner = new Scanner();
  scanner.prepare(new Uint8Array(HEADER_SIZE), new Uint8Array(32));
  // The first run is slower: the engine has yet to optimise the code.
  scanner.scan(0, BATCH);
  const start = clock.now();
  let batches = 0;
  do scanner.scan(BATCH * batches++, BATCH); while (
    clock.now() - start < ms && batches < MAX_BATCHES
  );
  // A clock that stands still, as in tests, has seen a millisecond.
  return batches * BATCH * 1_000 / Math.max(clock.now() - start, 1);
}

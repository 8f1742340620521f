/** The tap between our own roles: they must not notice, and what it shows must be what they say. */

import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Entry, FrameEntry } from "../lib/inspect/entry.ts";
import { LiveEntries } from "../lib/inspect/live_entries.ts";
import { Understanding } from "../lib/inspect/understanding.ts";
import { publicKeyOf } from "../lib/noise/crypto.ts";
import type { Address } from "../lib/ports.ts";
import { TAP_LIMITS } from "../lib/roles/tap/config.ts";
import { Recorder } from "../lib/roles/tap/recorder.ts";
import { serveTap } from "../lib/roles/tap/serve_tap.ts";
import { Recording } from "./support/recordings.ts";
import { framesOf } from "./support/seen_stream.ts";
import { readEntries } from "./support/tap_stage.ts";

const SECRET = new Uint8Array(32).fill(21);
const TAP_KEY = publicKeyOf(SECRET);
/** Of all roles of a {@link Recording}. */
const ROLES_KEY = publicKeyOf(new Uint8Array(32).fill(7));
const LOCAL = "127.0.0.1";

interface Tapped {
  readonly entries: Entry[];
  readonly file: Uint8Array[];
}

/** A tap on a port that leads to another. */
function tap(recording: Recording, from: number, to: number): Tapped {
  const host = recording.host();
  const entries: Entry[] = [];
  const file: Uint8Array[] = [];
  const recorder = new Recorder({
    file: { path: "tap.pcapng", append: (bytes) => void file.push(bytes) },
    maxBytes: Infinity,
    application: "test",
    log: host.log,
  });
  const at = (port: number): Address => ({ hostname: LOCAL, port });
  serveTap(
    {
      listen: at(from),
      authoritySecretKey: SECRET,
      certValiditySec: 3_600,
      upstreams: { sv2: { ...at(to), authorityKey: ROLES_KEY }, sv1: undefined },
      limits: TAP_LIMITS,
    },
    host,
    {
      witnesses: [new LiveEntries((entry) => entries.push(entry)), recorder],
      time: () => 1.7e15 + recording.clock.now() * 1_000,
    },
  );
  return { entries, file };
}

for (const chunk of [Infinity, 11]) {
  Deno.test(`serveTap() lets our miners, pool and template provider work as without it, in chunks of ${chunk}`, async () => {
    const recording = new Recording();
    recording.network.chunk = chunk;
    const node = recording.provider();
    await recording.pass(1_000);
    const templates = tap(recording, 8_443, 8_442);
    const mining = tap(recording, 3_335, 3_333);
    recording.pool({
      templateProviders: [{ name: "tapped", hostname: LOCAL, port: 8_443, authorityKey: TAP_KEY }],
    });
    await recording.pass(1_000);
    const upstreams = [{ hostname: LOCAL, port: 3_335, authorityKey: TAP_KEY }];
    const miners = [
      recording.miner({ upstreams }),
      recording.miner({ upstreams, channel: "standard", userIdentity: "bob" }),
    ];
    await recording.pass(1_000);
    for (const miner of miners) {
      miner.find(1);
      await recording.pass(1_500);
      node.transact();
      await recording.pass(6_000);
    }
    const all = await recording.end();
    // What went on either side of the tap, as the network itself saw it.
    const said = (port: number): unknown[] =>
      framesOf(all).filter(({ connection }) => connection.server.port === port).map(sayingOf);
    for (
      const [{ entries, file }, from, to] of [
        [templates, 8_443, 8_442],
        [mining, 3_335, 3_333],
      ] as const
    ) {
      const frames = framesOf(entries);
      ok(frames.length >= 10);
      ok(frames.every(({ message, error, rest }) => message && !error && rest.length === 0));
      deepStrictEqual(sorted(said(from)), sorted(said(to)));
      deepStrictEqual(sorted(frames.map(sayingOf)), sorted(said(to)));
      deepStrictEqual(readEntries(Uint8Array.from(file.flatMap((part) => [...part]))), entries);
      const understanding = new Understanding({ lint: true, statistics: true });
      for (const entry of entries) understanding.see(entry);
      deepStrictEqual(understanding.broken, []);
    }
    const names = framesOf(mining.entries).map(({ message }) => message?.name);
    strictEqual(names.filter((name) => name === "SubmitShares.Success").length, 2);
    ok(framesOf(templates.entries).some(({ message }) => message?.name === "SubmitSolution"));
  });
}

function sayingOf({ direction, extensionType, channelMsg, msgType, payload }: FrameEntry): string {
  return `${direction} ${extensionType} ${channelMsg} ${msgType} ${payload.toHex()}`;
}

/** Connections mix in another order on either side. */
function sorted(said: readonly unknown[]): unknown[] {
  return said.toSorted();
}

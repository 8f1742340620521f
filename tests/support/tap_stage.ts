/**
 * The tap between clients and a server that do what a test tells them, in a world of its own.
 *
 * @module
 */

import { CaptureEntries } from "../../lib/inspect/capture_entries.ts";
import type { Entry } from "../../lib/inspect/entry.ts";
import { KeyRing } from "../../lib/inspect/keys/keys.ts";
import { LiveEntries } from "../../lib/inspect/live_entries.ts";
import { publicKeyOf } from "../../lib/noise/crypto.ts";
import type { Socket } from "../../lib/ports.ts";
import { TAP_LIMITS, type TapConfig } from "../../lib/roles/tap/config.ts";
import { Recorder } from "../../lib/roles/tap/recorder.ts";
import { serveTap } from "../../lib/roles/tap/serve_tap.ts";
import { FakeHost, FakeNetwork } from "./fake_host.ts";
import { RawClient } from "./raw_client.ts";
import { RAW_SERVER_KEY, type RawServed, RawServer } from "./raw_server.ts";

export const TAP = { hostname: "127.0.0.1", port: 3335 };
export const SERVER = { hostname: "127.0.0.1", port: 3333 };
const SECRET = new Uint8Array(32).fill(21);
/** Of the tap. */
export const TAP_KEY: Uint8Array = publicKeyOf(SECRET);

export interface TapStageOptions extends Partial<TapConfig> {
  /** Bytes that come at a time. */
  readonly chunk?: number;
  /** Bytes that may be on their way. */
  readonly capacity?: number;
  /** Most bytes of the recording. */
  readonly maxBytes?: number;
  /** Takes the place of the disk. */
  readonly append?: (bytes: Uint8Array) => void;
}

export class TapStage {
  readonly network = new FakeNetwork();
  readonly host: FakeHost = new FakeHost(this.network);
  readonly server: RawServer = new RawServer(this.host, SERVER);
  /** What was shown. */
  readonly entries: Entry[] = [];
  readonly recorder: Recorder;
  readonly #file: Uint8Array[] = [];
  readonly #live = new LiveEntries((entry) => this.entries.push(entry));
  readonly #done: Promise<void>;

  constructor(
    { chunk = Infinity, capacity = Infinity, maxBytes = Infinity, append, ...change }:
      TapStageOptions = {},
  ) {
    const { host, network } = this;
    Object.assign(network, { chunk, capacity, keepsWire: false });
    const file = {
      path: "recording.pcapng",
      append: append ?? ((bytes: Uint8Array) => void this.#file.push(bytes.slice())),
    };
    this.recorder = new Recorder({ file, maxBytes, application: "test", log: host.log });
    const config: TapConfig = {
      listen: TAP,
      authoritySecretKey: SECRET,
      certValiditySec: 3_600,
      upstreams: { sv2: { ...SERVER, authorityKey: RAW_SERVER_KEY }, sv1: undefined },
      limits: TAP_LIMITS,
      ...change,
    };
    this.#done = serveTap(config, host, {
      witnesses: [this.#live, this.recorder],
      time: () => 1.7e15 + host.clock.now() * 1_000,
    }).done;
  }

  /** The recording, as it is now. */
  get file(): Uint8Array {
    return Uint8Array.from(this.#file.flatMap((bytes) => [...bytes]));
  }

  pass(ms = 5): Promise<void> {
    return this.host.clock.advance(ms);
  }

  connect(): Promise<Socket> {
    return this.host.connect(TAP);
  }

  /** A client that has done the handshake with the tap, and what the server has of it. */
  async pair(): Promise<{ client: RawClient; served: RawServed }> {
    const handshake = RawClient.handshake(await this.connect());
    await this.pass();
    const client = await handshake;
    await this.pass();
    const served = this.server.connections.at(-1);
    if (served === undefined) throw new Error("the tap did not call the server");
    return { client, served };
  }

  /** Ends it all. */
  async close(): Promise<void> {
    this.host.stop.abort();
    await this.pass(6_000);
    await this.#done;
    this.#live.end();
    this.server.close();
  }

  /** What was recorded, read back. */
  recorded(): Entry[] {
    return readEntries(this.file);
  }
}

/** All entries of a capture with its keys inside. */
export function readEntries(capture: Uint8Array): Entry[] {
  const found: Entry[] = [];
  const entries = new CaptureEntries({
    ring: new KeyRing(),
    deliver: (entry) => found.push(entry),
    onBadLine({ problem }) {
      throw new Error(problem);
    },
  });
  entries.push(capture);
  entries.end();
  entries.close();
  return found;
}

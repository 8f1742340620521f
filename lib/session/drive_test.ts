import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { FakeHost, settle } from "../../tests/support/fake_host.ts";
import { SETUP } from "../../tests/support/raw_client.ts";
import { encodeHeader, FRAME_HEADER_SIZE } from "../frame/header.ts";
import { CloseChannel } from "../messages/mining.ts";
import { FrameSealer } from "../noise/transport.ts";
import type { Greeter } from "./connection.ts";
import { drive, type Driven, Turns } from "./drive.ts";
import { MINING_LIMITS } from "./limits.ts";
import type { Peer, Role } from "./role.ts";
import { routesOf } from "./routes.ts";

const KEY = new Uint8Array(32).fill(1);
const ANSWER = new Uint8Array(8_192);
encodeHeader({
  extensionType: 0,
  channelMsg: true,
  msgType: 1,
  msgLength: ANSWER.length - FRAME_HEADER_SIZE,
}, ANSWER);

/** A connection whose handshake is over, to a peer that sends without end and reads when it is told to. */
class Endless {
  reads = 0;
  answered = 0;
  written = 0;
  readonly driven: Driven;
  readonly #sealer = new FrameSealer(KEY);
  #release = Promise.withResolvers<void>();
  #closed = false;

  constructor(host: FakeHost, turns: Turns, log: string[], name: string) {
    const greeter: Greeter = {
      handshakeSize: 0,
      opening: () => undefined,
      handshake: () => ({
        split: { sendKey: KEY.slice(), receiveKey: KEY.slice(), handshakeHash: KEY },
      }),
      secured: (line) =>
        line.ready({
          setup: SETUP,
          version: 2,
          serverFlags: 0,
          extensions: new Set(),
          requiredExtensions: [],
        }),
      received() {},
      expired() {},
    };
    let due = 0;
    const role: Role = {
      connected() {},
      received: () => void due++,
      settled: (peer: Peer) => {
        log.push(name);
        for (; due > 0; due--) peer.sendFrame(ANSWER);
        this.answered++;
      },
      disconnected() {},
    };
    this.driven = drive(
      {
        peer: "192.0.2.1:1",
        read: async (buffer) => {
          // As the network does, give others a turn.
          await settle();
          if (this.#closed) return null;
          this.reads++;
          const frame = new Uint8Array(FRAME_HEADER_SIZE + 6);
          encodeHeader(
            { extensionType: 0, channelMsg: true, msgType: CloseChannel.id, msgLength: 6 },
            frame,
          );
          return this.#sealer.seal(frame, buffer, 0);
        },
        write: async (bytes) => {
          await this.#release.promise;
          this.written += bytes.length;
        },
        close: () => void (this.#closed = true),
      },
      host.clock,
      {
        id: 1,
        greeter,
        role,
        routes: routesOf(0, "server"),
        limits: MINING_LIMITS,
        log: host.log,
        onSecrets: undefined,
      },
      turns,
    );
  }

  /** The peer reads all there is. */
  drain(): void {
    this.#release.resolve();
    this.#release = Promise.withResolvers();
  }

  async end(): Promise<void> {
    this.#closed = true;
    this.#release.resolve();
    await this.driven.done;
  }
}

Deno.test("drive() reads no more from a peer that does not read, until it does", async () => {
  const host = new FakeHost();
  const endless = new Endless(host, new Turns(host.clock), [], "one");
  await host.clock.advance(1);
  for (let i = 0; i < 100; i++) await settle();
  const { reads, written } = endless;
  // One write under way, 64 KiB that wait, and what was being read.
  ok(reads >= 8 && reads <= 12, `${reads} reads`);
  strictEqual(written, 0);
  for (let i = 0; i < 100; i++) await settle();
  strictEqual(endless.reads, reads);
  // What was under way, then what waited.
  for (let writes = 0; writes < 2; writes++) {
    strictEqual(endless.reads, reads);
    endless.drain();
    await settle();
  }
  for (let i = 0; i < 100; i++) await settle();
  ok(endless.reads > reads && endless.reads <= 2 * reads + 2, `${endless.reads} reads`);
  await endless.end();
  deepStrictEqual(host.logged("connection.fault"), []);
});

Deno.test("Turns settles what several connections received at once one after the other, nothing twice", async () => {
  const host = new FakeHost();
  const turns = new Turns(host.clock);
  const log: string[] = [];
  const both = [
    new Endless(host, turns, log, "one"),
    new Endless(host, turns, log, "other"),
  ];
  await host.clock.advance(2);
  for (let i = 0; i < 6; i++) await settle();
  for (const { reads, answered } of both) strictEqual(answered, reads);
  deepStrictEqual(log.slice(0, 6), ["one", "other", "one", "other", "one", "other"]);
  for (const one of both) await one.end();
});

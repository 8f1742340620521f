/**
 * Clients that mean no good, or do not know better: whatever can come over a connection, from bytes that
 * are no handshake to legal messages at the wrong time.
 *
 * @module
 */

import fc from "fast-check";
import type { Fields, Message } from "../../lib/codec/message.ts";
import { encodeFrame } from "../../lib/frame/encode.ts";
import { encodeHeader, FRAME_HEADER_SIZE } from "../../lib/frame/header.ts";
import { SetupConnection } from "../../lib/messages/common.ts";
import {
  OpenExtendedMiningChannel,
  OpenStandardMiningChannel,
  SubmitSharesExtended,
} from "../../lib/messages/mining.ts";
import { MESSAGES } from "../../lib/messages/registry.ts";
import { CoinbaseOutputConstraints, RequestTransactionData } from "../../lib/messages/template.ts";
import { generateEphemeral } from "../../lib/noise/crypto.ts";
import type { Address, Socket } from "../../lib/ports.ts";
import { MAX_TARGET } from "../../lib/pow/target.ts";
import { valuesOf } from "./arbitrary.ts";
import { type FakeHost, seededRandom } from "./fake_host.ts";
import { RawClient } from "./raw_client.ts";

/** A port of ours, and the protocol that is spoken there. */
export interface Target {
  readonly address: Address;
  readonly protocol: 0 | 2;
}

/** Chance, the same for the same seed. */
export class Luck {
  readonly #bytes: (length: number) => Uint8Array;
  #samples: number;

  constructor(seed: number) {
    const random = seededRandom(seed);
    this.#bytes = (length) => random.bytes(length);
    this.#samples = seed;
  }

  /** From 0 to `below - 1`. */
  int(below: number): number {
    const [a = 0, b = 0, c = 0] = this.#bytes(3);
    return (a << 16 | b << 8 | c) % below;
  }

  bytes(most: number): Uint8Array {
    return this.#bytes(this.int(most + 1));
  }

  pick<T>(of: readonly T[]): T {
    const picked = of[this.int(of.length)];
    if (picked === undefined) throw new RangeError("Cannot pick from nothing");
    return picked;
  }

  sample<T>(arbitrary: fc.Arbitrary<T>): T {
    const [sample] = fc.sample(arbitrary, { numRuns: 1, seed: this.#samples++ });
    return sample as T;
  }
}

/** What an attacker has: where to go, and a way to let things happen. */
export interface Arms {
  readonly host: FakeHost;
  readonly target: Target;
  readonly luck: Luck;
}

/** Does its worst, and leaves its connection, if it is still open, to whoever asked for it. */
export type Attack = (arms: Arms) => Promise<Socket>;

/** Let what was sent arrive, and be answered. */
const PASS_MS = 5;

export const ATTACKS: Readonly<Record<string, Attack>> = {
  async "bytes that are no handshake"({ host, target, luck }) {
    const socket = await host.connect(target.address);
    for (let i = luck.int(4); i >= 0; i--) {
      await write(socket, luck.bytes(luck.pick([1, 64, 300, 5_000])));
      await host.clock.advance(luck.int(PASS_MS));
    }
    return socket;
  },

  async "a handshake that stops"({ host, target, luck }) {
    const socket = await host.connect(target.address);
    const { encoding } = generateEphemeral(seededRandom(luck.int(1e6)));
    await write(socket, encoding.subarray(0, luck.int(encoding.length + 1)));
    return socket;
  },

  async "bytes that are not encrypted"(arms) {
    const client = await greet(arms);
    await write(client.socket, arms.luck.bytes(arms.luck.pick([22, 40, 2_000, 70_000])));
    return client.socket;
  },

  async "messages before SetupConnection"(arms) {
    const client = await greet(arms);
    for (let i = arms.luck.int(4); i >= 0; i--) await client.sendFrame(anyFrame(arms));
    return client.socket;
  },

  async "a SetupConnection of any values, twice"(arms) {
    const client = await greet(arms);
    for (let i = 0; i < 2; i++) {
      const setup = arms.luck.sample(valuesOf(SetupConnection));
      await client.sendFrame(encodeFrame(SetupConnection, setup as SetupConnection));
    }
    return client.socket;
  },

  async "another protocol"(arms) {
    const client = await greet(arms);
    await client.setup({
      protocol: arms.luck.pick([0, 1, 2].filter((p) => p !== arms.target.protocol)),
    });
    await client.sendFrame(anyFrame(arms));
    return client.socket;
  },

  async "legal messages of every kind"(arms) {
    const client = await enter(arms);
    for (let i = arms.luck.int(40); i >= 0; i--) {
      await client.sendFrame(legalFrame(arms));
      if (arms.luck.int(4) === 0) await arms.host.clock.advance(arms.luck.int(PASS_MS));
    }
    return client.socket;
  },

  async "messages that were cut, stretched or changed"(arms) {
    const client = await enter(arms);
    for (let i = arms.luck.int(20); i >= 0; i--) await client.sendFrame(mangledFrame(arms));
    return client.socket;
  },

  async "frames of any header and any bytes"(arms) {
    const client = await enter(arms);
    for (let i = arms.luck.int(20); i >= 0; i--) await client.sendFrame(anyFrame(arms));
    return client.socket;
  },

  async "a frame that is too large"(arms) {
    const client = await enter(arms);
    const size = arms.luck.pick([65_537, 131_073, 300_000]);
    const sealed = client.seal(frameOf(arms.luck, new Uint8Array(size)));
    await write(client.socket, sealed.subarray(0, arms.luck.int(sealed.length)));
    return client.socket;
  },

  async "a frame that stops in the middle"(arms) {
    const client = await enter(arms);
    const sealed = client.seal(legalFrame(arms));
    await write(client.socket, sealed.subarray(0, arms.luck.int(sealed.length)));
    if (arms.luck.int(2) === 0) client.socket.close();
    return client.socket;
  },

  async "frames sent again, in another order, or with a bit changed"(arms) {
    const client = await enter(arms);
    const frames = [legalFrame(arms), legalFrame(arms), legalFrame(arms)].map((frame) =>
      client.seal(frame)
    );
    const [first = new Uint8Array(), second = new Uint8Array(), third = new Uint8Array()] = frames;
    const flipped = first.slice();
    const at = arms.luck.int(flipped.length);
    flipped[at] = (flipped[at] ?? 0) ^ (1 << arms.luck.int(8));
    const wrong = arms.luck.pick([[first, first], [second, first], [first, third], [flipped]]);
    for (const bytes of wrong) await write(client.socket, bytes);
    return client.socket;
  },

  async "more than anyone needs"(arms) {
    const client = await enter(arms);
    const { luck, target } = arms;
    const most = luck.int(200);
    for (let requestId = 0; requestId < most; requestId++) {
      await client.sendFrame(
        target.protocol === 2
          ? luck.pick([
            () => encodeFrame(RequestTransactionData, { templateId: BigInt(luck.int(1_000)) }),
            () =>
              encodeFrame(CoinbaseOutputConstraints, {
                coinbaseOutputMaxAdditionalSize: luck.int(10_000),
                coinbaseOutputMaxAdditionalSigops: luck.int(1_000),
              }),
          ])()
          : encodeFrame(OpenExtendedMiningChannel, { ...OPEN, requestId, minExtranonceSize: 4 }),
      );
    }
    return client.socket;
  },
};

const OPEN = { requestId: 1, userIdentity: "x", nominalHashRate: 0, maxTarget: MAX_TARGET };

/** A client that has done the handshake. */
export async function greet({ host, target }: Pick<Arms, "host" | "target">): Promise<RawClient> {
  const handshake = RawClient.handshake(await host.connect(target.address));
  // It may be refused before this is awaited.
  handshake.catch(() => {});
  await host.clock.advance(PASS_MS);
  return await handshake;
}

/** A client that may speak the protocol, and on a pool has two channels. */
async function enter(arms: Arms): Promise<RawClient> {
  const client = await greet(arms);
  const { protocol } = arms.target;
  await client.setup({ protocol });
  if (protocol === 0) {
    await client.send(OpenStandardMiningChannel, OPEN);
    await client.send(OpenExtendedMiningChannel, { ...OPEN, minExtranonceSize: 4 });
  }
  await arms.host.clock.advance(PASS_MS);
  return client;
}

const OWN = MESSAGES.filter(({ protocol, from }) => protocol === "mining" && from !== "server");
const TEMPLATES = MESSAGES.filter(({ protocol, from }) =>
  protocol === "template" && from !== "server"
);

/** A message of values that its types allow, mostly one for this port, often near what is there. */
function legalFrame({ luck, target }: Arms): Uint8Array {
  const own = target.protocol === 0 ? OWN : TEMPLATES;
  const message = luck.int(4) === 0
    ? luck.pick(MESSAGES)
    : luck.int(3) === 0 && target.protocol === 0
    ? SubmitSharesExtended as unknown as Message<Fields>
    : luck.pick(own);
  const value = luck.sample(valuesOf(message, { bytes: luck.pick([8, 40, 2_000]) }));
  const near: Readonly<Record<string, unknown>> = {
    channelId: luck.int(7),
    jobId: luck.int(12),
    version: 0x2000_0000,
    extranonce: new Uint8Array(luck.pick([4, 8, 16, 20])),
    maxTarget: MAX_TARGET >> BigInt(luck.int(256)),
    nominalHashRate: luck.pick([0, 1, 1e15]),
    templateId: BigInt(luck.int(20)),
  };
  const tame = Object.entries(near).filter(([key]) => key in message.fields && luck.int(8) > 0);
  return encodeFrame(message, { ...value, ...Object.fromEntries(tame) });
}

/** A legal message whose payload is no longer one. */
function mangledFrame(arms: Arms): Uint8Array {
  const { luck } = arms;
  const frame = legalFrame(arms);
  const payload = frame.subarray(FRAME_HEADER_SIZE);
  const changed = luck.pick([
    () => payload.slice(0, luck.int(payload.length + 1)),
    () => Uint8Array.from([...payload.subarray(0, 5_000), ...luck.bytes(300)]),
    () => payload.map((byte) => luck.int(20) === 0 ? luck.int(256) : byte),
  ])();
  return withHeader(frame.subarray(0, FRAME_HEADER_SIZE), changed);
}

/** A frame of bytes that mean nothing, of any type and extension. */
function anyFrame({ luck }: Arms): Uint8Array {
  return frameOf(luck, luck.bytes(luck.pick([0, 4, 60, 3_000])));
}

function frameOf(luck: Luck, payload: Uint8Array): Uint8Array {
  const header = new Uint8Array(FRAME_HEADER_SIZE);
  encodeHeader({
    extensionType: luck.pick([0, 0, 0, 1, 2, luck.int(0x8000)]),
    channelMsg: luck.int(2) === 0,
    msgType: luck.int(256),
    msgLength: payload.length,
  }, header);
  return Uint8Array.from([...header, ...payload]);
}

/** `payload` behind `header`, which tells its length. */
function withHeader(header: Uint8Array, payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(FRAME_HEADER_SIZE + payload.length);
  frame.set(header);
  frame.set(payload, FRAME_HEADER_SIZE);
  new DataView(frame.buffer).setUint16(3, payload.length & 0xffff, true);
  frame[5] = payload.length >> 16;
  return frame;
}

/** Whoever attacks does not mind that the other side has hung up. */
async function write(socket: Socket, bytes: Uint8Array): Promise<void> {
  await socket.write(bytes).catch(() => {});
}

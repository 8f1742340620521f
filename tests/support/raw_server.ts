/**
 * A server that does the handshake and then only what a test tells it, on each of its connections.
 *
 * @module
 */

import type { Frame } from "../../lib/frame/frame.ts";
import { issueIdentity } from "../../lib/noise/certificate.ts";
import { generateEphemeral, publicKeyOf } from "../../lib/noise/crypto.ts";
import { Responder } from "../../lib/noise/handshake.ts";
import { FrameOpener, FrameSealer } from "../../lib/noise/transport.ts";
import type { Address, Host, Listener, Socket } from "../../lib/ports.ts";
import { seededRandom } from "./fake_host.ts";

const AUTHORITY = new Uint8Array(32).fill(11);

/** Who vouches for a {@link RawServer}. */
export const RAW_SERVER_KEY: Uint8Array = publicKeyOf(AUTHORITY);

let seed = 500;

export class RawServer {
  /** Those whose handshake is done, in that order. */
  readonly connections: RawServed[] = [];
  readonly #listener: Listener;

  constructor(host: Pick<Host, "listen" | "clock">, listen: Address) {
    const listener = host.listen(listen);
    this.#listener = listener;
    const unix = host.clock.unix();
    const identity = issueIdentity({
      authoritySecret: AUTHORITY,
      staticSecret: new Uint8Array(32).fill(12),
      validFrom: unix - 60,
      notValidAfter: unix + 1_000_000,
    });
    void (async () => {
      for await (const socket of listener) {
        const ephemeral = generateEphemeral(seededRandom(seed++));
        void this.#greet(socket, new Responder({ identity, ephemeral }));
      }
    })();
  }

  /** Where it really listens. */
  get address(): Address {
    return this.#listener.address;
  }

  close(): void {
    this.#listener.close();
    for (const { socket } of this.connections) socket.close();
  }

  async #greet(socket: Socket, responder: Responder): Promise<void> {
    const act1 = new Uint8Array(64);
    for (let have = 0; have < act1.length;) {
      const length = await socket.read(act1.subarray(have)).catch(() => null);
      if (length === null) return socket.close();
      have += length;
    }
    const { act2, split } = responder.receive(act1);
    await socket.write(act2).catch(() => {});
    this.connections.push(
      new RawServed(socket, new FrameSealer(split.sendKey), new FrameOpener(split.receiveKey)),
    );
  }
}

/** One connection of a {@link RawServer}. */
export class RawServed {
  readonly socket: Socket;
  readonly received: Frame[] = [];
  closed = false;
  /** While it is true, nothing is read. */
  isDeaf = false;
  readonly #sealer: FrameSealer;
  #wake: () => void = () => {};

  constructor(socket: Socket, sealer: FrameSealer, opener: FrameOpener) {
    this.socket = socket;
    this.#sealer = sealer;
    void this.#read(opener);
  }

  /** Reads again. */
  hear(): void {
    this.isDeaf = false;
    this.#wake();
  }

  /** A frame as it is: its header may say anything. */
  async sendFrame(frame: Uint8Array): Promise<void> {
    const sealed = new Uint8Array(this.#sealer.sealedSize(frame.length - 6));
    this.#sealer.seal(frame, sealed, 0);
    await this.socket.write(sealed).catch(() => {});
  }

  async #read(opener: FrameOpener): Promise<void> {
    const buffer = new Uint8Array(65_536);
    for (;;) {
      if (this.isDeaf) await new Promise<void>((resolve) => this.#wake = resolve);
      const length = await this.socket.read(buffer).catch(() => null);
      if (length === null) break;
      opener.push(buffer.subarray(0, length), (frame) => {
        this.received.push({ ...frame, payload: frame.payload.slice() });
      });
    }
    this.closed = true;
  }
}

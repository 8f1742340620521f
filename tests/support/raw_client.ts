/**
 * A client that does the handshake and then only what a test tells it: any message in any order, any
 * frame, any bytes.
 *
 * @module
 */

import type { Fields, Message, Values } from "../../lib/codec/message.ts";
import { encodeFrame } from "../../lib/frame/encode.ts";
import type { Frame } from "../../lib/frame/frame.ts";
import { SetupConnection, SetupConnectionSuccess } from "../../lib/messages/common.ts";
import { messageOf } from "../../lib/messages/registry.ts";
import { generateEphemeral } from "../../lib/noise/crypto.ts";
import { Initiator } from "../../lib/noise/handshake.ts";
import { FrameOpener, FrameSealer } from "../../lib/noise/transport.ts";
import type { Socket } from "../../lib/ports.ts";
import { seededRandom } from "./fake_host.ts";

/** A SetupConnection that any server here accepts, but for its protocol. */
export const SETUP: SetupConnection = {
  protocol: 0,
  minVersion: 2,
  maxVersion: 2,
  flags: 0,
  endpointHost: "pool.example",
  endpointPort: 3333,
  vendor: "test",
  hardwareVersion: "1",
  firmware: "1",
  deviceId: "",
};

let seed = 100;

export class RawClient {
  readonly socket: Socket;
  readonly received: Frame[] = [];
  /** Whether the server has closed the connection. */
  closed = false;
  /** While it is true, nothing is read. */
  isDeaf = false;
  readonly #sealer: FrameSealer;
  #wake: () => void = () => {};

  private constructor(socket: Socket, sealer: FrameSealer, opener: FrameOpener) {
    this.socket = socket;
    this.#sealer = sealer;
    void this.#read(opener);
  }

  /** Handshake only; no authority key is checked. */
  static async handshake(socket: Socket): Promise<RawClient> {
    const initiator = new Initiator({
      ephemeral: generateEphemeral(seededRandom(seed++)),
      unix: 1_700_000_000,
    });
    await socket.write(initiator.act1());
    const act2 = new Uint8Array(234);
    for (let have = 0; have < act2.length;) {
      const length = await socket.read(act2.subarray(have));
      if (length === null) throw new Error("closed in the handshake");
      have += length;
    }
    const split = initiator.receive(act2);
    return new RawClient(
      socket,
      new FrameSealer(split.sendKey),
      new FrameOpener(split.receiveKey),
    );
  }

  async send<F extends Fields>(message: Message<F>, value: Values<F>): Promise<void> {
    await this.sendFrame(encodeFrame(message, value));
  }

  /** A frame as it is: its header may say anything. */
  async sendFrame(frame: Uint8Array): Promise<void> {
    await this.socket.write(this.seal(frame)).catch(() => {});
  }

  /** A frame as it would be written. */
  seal(frame: Uint8Array): Uint8Array {
    const sealed = new Uint8Array(this.#sealer.sealedSize(frame.length - 6));
    this.#sealer.seal(frame, sealed, 0);
    return sealed;
  }

  /** Reads again. */
  hear(): void {
    this.isDeaf = false;
    this.#wake();
  }

  /** Names of what came, in order. */
  names(): string[] {
    return this.received.map(({ extensionType, msgType }) =>
      messageOf(extensionType, msgType)?.name ?? `0x${msgType.toString(16)}`
    );
  }

  /** Every message of a kind that came, decoded. */
  all<F extends Fields>(message: Message<F>): Values<F>[] {
    return this.received
      .filter((frame) => frame.msgType === message.id && frame.extensionType === message.extension)
      .map(({ payload }) => message.decode(payload).value);
  }

  /** Sends SetupConnection; the answer is for the test to look at. */
  async setup(change: Partial<SetupConnection> = {}): Promise<void> {
    await this.send(SetupConnection, { ...SETUP, ...change });
  }

  /** Whether the server has accepted the set-up. */
  get accepted(): boolean {
    return this.all(SetupConnectionSuccess).length === 1;
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

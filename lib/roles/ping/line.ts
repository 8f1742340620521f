import type { Fields, Message, Values } from "../../codec/message.ts";
import { encodeFrame } from "../../frame/encode.ts";
import type { Frame } from "../../frame/frame.ts";
import type { Split } from "../../noise/handshake.ts";
import { FrameOpener, FrameSealer } from "../../noise/transport.ts";
import type { Clock, Socket } from "../../ports.ts";

/** Largest payload taken; jobs and templates are far smaller. */
const MAX_PAYLOAD = 1 << 20;
const READ_SIZE = 16_384;

/** A step failed; the message says why, for a person. */
export class PingError extends Error {
  override readonly name = "PingError";
}

/** One read at a time from a socket, none of which takes longer than it may. */
export class TimedReader {
  readonly #socket: Socket;
  readonly #clock: Clock;
  #deadline = Infinity;

  constructor(socket: Socket, clock: Clock) {
    this.#socket = socket;
    this.#clock = clock;
  }

  /** Gives all reads until the next call of this so long together. */
  allow(ms: number): void {
    this.#deadline = this.#clock.now() + ms;
  }

  /** @returns Bytes read, `null` if the peer closed, `undefined` if the time is up. */
  async read(buffer: Uint8Array): Promise<number | null | undefined> {
    const left = this.#deadline - this.#clock.now();
    if (left <= 0) return undefined;
    const done = new AbortController();
    const reading = this.#socket.read(buffer).catch(() => null);
    const timeout = this.#clock.sleep(left, done.signal).then(() => undefined);
    const length = await Promise.race([reading, timeout]);
    done.abort();
    return length;
  }
}

/** An encrypted connection, on which one thing is asked and awaited at a time. */
export class PingLine {
  readonly #socket: Socket;
  readonly #reader: TimedReader;
  readonly #sealer: FrameSealer;
  readonly #opener: FrameOpener;
  readonly #frames: Frame[] = [];
  readonly #buffer = new Uint8Array(READ_SIZE);

  constructor(socket: Socket, reader: TimedReader, { sendKey, receiveKey }: Split) {
    this.#socket = socket;
    this.#reader = reader;
    this.#sealer = new FrameSealer(sendKey);
    this.#opener = new FrameOpener(receiveKey, { maxPayload: MAX_PAYLOAD });
  }

  async send<F extends Fields>(message: Message<F>, value: Values<F>): Promise<void> {
    const frame = encodeFrame(message, value);
    const sealed = new Uint8Array(this.#sealer.sealedSize(frame.length - 6));
    this.#sealer.seal(frame, sealed, 0);
    // If the server has closed, that is seen on reading, after what it said before.
    await this.#socket.write(sealed).catch(() => {});
  }

  /**
   * Waits for what `pick` makes something of; other frames are passed over.
   *
   * @param what Named where it does not come.
   * @throws {PingError} If the connection or the time ends first.
   * @throws {DecodeError} If what comes is no frame.
   */
  async expect<T>(what: string, pick: (frame: Frame) => T | undefined): Promise<T> {
    for (;;) {
      const frame = this.#frames.shift() ?? await this.#next(what);
      if (frame.extensionType !== 0) continue;
      const picked = pick(frame);
      if (picked !== undefined) return picked;
    }
  }

  async #next(what: string): Promise<Frame> {
    for (;;) {
      const length = await this.#reader.read(this.#buffer);
      if (length === null) {
        throw new PingError(`the server closed the connection instead of ${what}`);
      }
      if (length === undefined) throw new PingError(`${what} did not come in time`);
      this.#opener.push(
        this.#buffer.subarray(0, length),
        (frame) => this.#frames.push({ ...frame, payload: frame.payload.slice() }),
      );
      const frame = this.#frames.shift();
      if (frame !== undefined) return frame;
    }
  }
}

/** The value of a frame that is `message`. */
export function read<F extends Fields>(message: Message<F>, frame: Frame): Values<F> | undefined {
  return frame.msgType === message.id ? message.decode(frame.payload).value : undefined;
}

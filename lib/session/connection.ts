/**
 * One encrypted connection, either side of it, without a socket: bytes in, bytes out.
 *
 * ```text
 * handshake ──(Noise done)──▶ setup ──(greeter calls ready)──▶ open ──▶ closing ──▶ closed
 * ```
 *
 * A {@link Greeter} knows what the two sides do differently: who speaks first, what SetupConnection
 * and the negotiation of extensions ask. All else is here once: transport, routing, limits, the end.
 *
 * @module
 */

import type { Fields, Message, Values } from "../codec/message.ts";
import { DecodeError, PeerError, traceOf, UsageError } from "../errors.ts";
import { encodeFrame } from "../frame/encode.ts";
import type { Frame } from "../frame/frame.ts";
import { EXTENSIONS_NEGOTIATION } from "../messages/extensions.ts";
import { FrameOpener, FrameSealer } from "../noise/transport.ts";
import type { Split } from "../noise/handshake.ts";
import type { Log } from "../telemetry/log.ts";
import type { Instant } from "../time.ts";
import type { Limits } from "./limits.ts";
import type { Peer, Role, Session } from "./role.ts";
import { Outbox } from "./outbox.ts";
import { type Routes, toGreeter, toRole } from "./routes.ts";

/** What one side does until the role may speak, and with common messages after that. */
export interface Greeter {
  /** Bytes of the other side's only handshake message. */
  readonly handshakeSize: number;
  /** What to send before anything is received: Act 1, or nothing. */
  opening(): Uint8Array | undefined;
  /** @throws {PeerError} When the other side is not who it should be. */
  handshake(received: Uint8Array): { readonly reply?: Uint8Array; readonly split: Split };
  /** The connection is encrypted from now on. */
  secured(line: Line): void;
  /** A common message, or one of the negotiation of extensions. */
  received(line: Line, frame: Frame): void;
  /** The time for the setup is over. */
  expired(line: Line): void;
}

/** What a greeter may do to its connection. */
export interface Line {
  readonly address: string;
  readonly log: Log;
  /** Undefined until {@link Line.ready}. */
  readonly settled: Session | undefined;
  send<F extends Fields>(message: Message<F>, value: Values<F>): void;
  /** The session is settled; the role is told. */
  ready(session: Session): void;
  close(reason: string): void;
  ignore(frame: Frame, why: string): void;
}

/** What a connection needs from whoever drives it. */
export interface ConnectionOptions {
  readonly id: number;
  readonly address: string;
  readonly greeter: Greeter;
  readonly role: Role;
  readonly routes: Routes;
  readonly limits: Limits;
  readonly log: Log;
  readonly now: Instant;
  /** There is output where there was none. Called at most once until it is taken. */
  readonly onOutput: () => void;
  /** For the key log: called once, when the handshake is done. */
  readonly onSecrets: ((split: Split) => void) | undefined;
}

/** Milliseconds that a peer gets to read its last bytes. */
const CLOSING_MS = 5_000;

type Stage = "handshake" | "setup" | "open" | "closing" | "closed";

/**
 * One connection, from the first byte of the handshake on, without its socket: bytes go in and come
 * out, frames go to the role. All that comes in is the peer's; what breaks a rule ends this
 * connection and no other.
 */
export class Connection implements Peer, Line {
  readonly id: number;
  readonly address: string;
  readonly #options: ConnectionOptions;
  #stage: Stage = "handshake";
  #deadline: Instant;
  #handshake: Uint8Array | undefined;
  #handshakeHave = 0;
  #opener: FrameOpener | undefined;
  #sealer: FrameSealer | undefined;
  #session: Session | undefined;
  #plain: Uint8Array | undefined;
  readonly #outbox = new Outbox();
  #announced = false;
  #ignored = 0;
  #now: Instant;
  #reason = "";

  constructor(options: ConnectionOptions) {
    this.id = options.id;
    this.address = options.address;
    this.#options = options;
    this.#now = options.now;
    this.#deadline = options.now + options.limits.handshakeTimeoutMs;
    this.#handshake = new Uint8Array(options.greeter.handshakeSize);
    const opening = options.greeter.opening();
    if (opening !== undefined) this.#sendPlain(opening);
  }

  get stage(): Stage {
    return this.#stage;
  }

  /** Why the connection ended; empty while it lives. */
  get reason(): string {
    return this.#reason;
  }

  get log(): Log {
    return this.#options.log;
  }

  get settled(): Session | undefined {
    return this.#session;
  }

  get session(): Session {
    if (this.#session === undefined) throw new UsageError("No session before SetupConnection");
    return this.#session;
  }

  /** Bytes that wait to be taken, before encryption. */
  get queuedBytes(): number {
    return this.#outbox.length;
  }

  /**
   * Bytes came from the peer. Whatever they are, this never throws: at worst the connection ends. To be
   * followed by {@link settle}, which may be once for the input of many connections.
   */
  receive(chunk: Uint8Array, now: Instant): void {
    this.#now = now;
    if (this.#stage === "closing" || this.#stage === "closed") return;
    try {
      const rest = this.#stage === "handshake" ? this.#receiveHandshake(chunk) : chunk;
      if (rest.length > 0) this.#opener?.push(rest, this.#deliver);
    } catch (error) {
      // What came before it was honest work and gets its answer.
      this.settle(now);
      this.#fail(error);
    }
  }

  /** Everything that was there to receive has been given to the role. */
  settle(now: Instant): void {
    this.#now = now;
    if (this.#session === undefined || this.#stage === "closed") return;
    this.#guarded(() => this.#options.role.settled(this, now));
    if (this.#stage === "open" && this.#options.limits.idleTimeoutMs > 0) {
      this.#deadline = now + this.#options.limits.idleTimeoutMs;
    }
  }

  /** Ends the connection if its time is over. */
  tick(now: Instant): void {
    this.#now = now;
    if (now < this.#deadline) return;
    if (this.#stage === "handshake") this.close("handshake timed out");
    else if (this.#stage === "setup") this.#guarded(() => this.#options.greeter.expired(this));
    else if (this.#stage === "open" && this.#options.limits.idleTimeoutMs > 0) {
      this.close("nothing received for too long");
    }
  }

  send<F extends Fields>(message: Message<F>, value: Values<F>): void {
    this.sendFrame(encodeFrame(message, value));
  }

  sendFrame(frame: Uint8Array): void {
    if (this.#stage !== "open" && this.#stage !== "setup") return;
    this.#outbox.push(frame);
    if (this.#outbox.length > this.#options.limits.maxQueuedBytes) {
      this.#outbox.clear();
      this.close("does not read what it is sent");
      return;
    }
    this.#announce();
  }

  /** Everything to be written now, sealed; nothing when there is nothing. */
  takeOutput(): Uint8Array | undefined {
    this.#announced = false;
    const plain = this.#plain;
    this.#plain = undefined;
    if (this.#outbox.length === 0 || this.#sealer === undefined) return plain;
    return this.#outbox.seal(this.#sealer, plain);
  }

  ready(session: Session): void {
    this.#session = session;
    this.#stage = "open";
    const { idleTimeoutMs } = this.#options.limits;
    this.#deadline = idleTimeoutMs > 0 ? this.#now + idleTimeoutMs : Infinity;
    const { vendor, firmware, flags } = session.setup;
    this.log.debug("connection.ready", { peer: this.address, vendor, firmware, flags });
    this.#options.role.connected(this, this.#now);
  }

  ignore(frame: Frame, why: string): void {
    this.#ignored++;
    const { extensionType: extension, msgType } = frame;
    this.#options.log.debug("message.ignored", {
      peer: this.address,
      extension,
      msgType,
      why,
    });
    if (this.#ignored > this.#options.limits.maxIgnored) this.close("too many useless messages");
  }

  close(reason: string): void {
    if (this.#stage === "closing" || this.#stage === "closed") return;
    this.#stage = "closing";
    this.#reason = reason;
    this.#deadline = this.#now + CLOSING_MS;
    this.#announce();
  }

  /** Whether it has had its time to read its last bytes. */
  abandoned(now: Instant): boolean {
    return this.#stage === "closing" && now >= this.#deadline;
  }

  /** The socket is gone, or everything was written after {@link Connection.close}. */
  ended(reason: string, now: Instant): void {
    if (this.#stage === "closed") return;
    if (this.#reason === "") this.#reason = reason;
    this.#stage = "closed";
    this.#outbox.clear();
    this.#plain = undefined;
    this.#sealer?.erase();
    this.#opener?.erase();
    if (this.#session !== undefined) {
      this.#guarded(() => this.#options.role.disconnected(this, this.#reason, now));
    }
    this.#options.log.debug("connection.closed", { peer: this.address, reason: this.#reason });
  }

  /** @returns What was received beyond the handshake. */
  #receiveHandshake(chunk: Uint8Array): Uint8Array {
    const buffer = this.#handshake;
    if (buffer === undefined) return chunk;
    const taken = Math.min(buffer.length - this.#handshakeHave, chunk.length);
    buffer.set(chunk.subarray(0, taken), this.#handshakeHave);
    this.#handshakeHave += taken;
    if (this.#handshakeHave < buffer.length) return chunk.subarray(taken);
    this.#handshake = undefined;
    const { reply, split } = this.#options.greeter.handshake(buffer);
    if (reply !== undefined) this.#sendPlain(reply);
    this.#options.onSecrets?.(split);
    this.#sealer = new FrameSealer(split.sendKey);
    this.#opener = new FrameOpener(split.receiveKey, {
      maxPayload: this.#options.limits.maxPayload,
    });
    split.sendKey.fill(0);
    split.receiveKey.fill(0);
    this.#stage = "setup";
    this.#deadline = this.#now + this.#options.limits.setupTimeoutMs;
    this.#options.greeter.secured(this);
    return chunk.subarray(taken);
  }

  readonly #deliver = (frame: Frame): void => {
    if (this.#stage === "closing" || this.#stage === "closed") return;
    const { routes, role, greeter } = this.#options;
    if (frame.extensionType === 0) {
      const route = routes[frame.msgType];
      if (route === toRole && this.#session !== undefined) {
        for (const id of this.#session.requiredExtensions) {
          if (!this.#session.extensions.has(id)) {
            throw new PeerError(`extension ${id} is required here and was not negotiated`, "3.4.2");
          }
        }
        role.received(this, frame, this.#now);
      } else if (route === toGreeter) greeter.received(this, frame);
      else if (this.#stage === "setup") throw new PeerError("setup-not-first", "3.6.1");
      else this.ignore(frame, "not a message of this protocol and direction");
    } else if (frame.extensionType === EXTENSIONS_NEGOTIATION) greeter.received(this, frame);
    else this.ignore(frame, "of an extension that was not negotiated");
  };

  #guarded(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (error instanceof DecodeError || error instanceof PeerError) {
      this.#options.log.warn("connection.violation", {
        peer: this.address,
        reason: error.message,
      });
      this.close(error.message);
      return;
    }
    // A fault of ours must cost this connection, never the others.
    this.#options.log.error("connection.fault", {
      peer: this.address,
      reason: traceOf(error),
    });
    this.close("internal fault");
  }

  #sendPlain(bytes: Uint8Array): void {
    this.#plain = bytes;
    this.#announce();
  }

  #announce(): void {
    if (this.#announced) return;
    this.#announced = true;
    this.#options.onOutput();
  }
}

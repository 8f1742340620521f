import type { Connection, Direction, StreamEvent } from "../../lib/capture/capture.ts";
import { issueIdentity } from "../../lib/noise/certificate.ts";
import { generateEphemeral } from "../../lib/noise/crypto.ts";
import { Initiator, Responder, type Split } from "../../lib/noise/handshake.ts";
import { keyLogLines } from "../../lib/noise/key_log.ts";
import { FrameSealer } from "../../lib/noise/transport.ts";
import type { Random } from "../../lib/ports.ts";
import { seededRandom } from "./fake_host.ts";

const unix = 1_800_000_000;
const identity = issueIdentity({
  authoritySecret: new Uint8Array(32).fill(1),
  staticSecret: new Uint8Array(32).fill(2),
  validFrom: unix - 60,
  notValidAfter: unix + 3600,
});

/** A session as a bystander sees it: real acts, real keys, and what is sealed with them. */
export class SeenSession {
  readonly act1: Uint8Array;
  readonly act2: Uint8Array;
  readonly split: Split;
  readonly #sealers: Readonly<Record<Direction, FrameSealer>>;

  constructor(random: Random = seededRandom(7)) {
    const initiator = new Initiator({ ephemeral: generateEphemeral(random), unix });
    const responder = new Responder({ identity, ephemeral: generateEphemeral(random) });
    this.act1 = initiator.act1();
    const { act2 } = responder.receive(this.act1);
    this.act2 = act2;
    this.split = initiator.receive(act2);
    this.#sealers = {
      up: new FrameSealer(this.split.sendKey),
      down: new FrameSealer(this.split.receiveKey),
    };
  }

  get keyLog(): string {
    return keyLogLines(this.split, "client");
  }

  /** Seals whole frames, in the order in which they are sent. */
  seal(direction: Direction, frames: Uint8Array): Uint8Array {
    const sealer = this.#sealers[direction];
    const into = new Uint8Array(sealer.sealedFramesSize(frames));
    sealer.seal(frames, into, 0);
    return into;
  }
}

/** A connection from 10.0.0.1 to 10.0.0.2, and what a capture has of it. */
export class SeenConnection {
  readonly connection: Connection;
  #time: number;

  constructor(id = 1, isWhole = true, time = 1_764_000_000_000_000) {
    this.connection = {
      id,
      client: { address: "10.0.0.1", port: 50_000 + id },
      server: { address: "10.0.0.2", port: 3_333 },
      isWhole,
    };
    this.#time = time;
  }

  open(): StreamEvent {
    return { type: "open", connection: this.connection, time: this.#tick() };
  }

  data(direction: Direction, bytes: Uint8Array): StreamEvent {
    return { type: "data", connection: this.connection, time: this.#tick(), direction, bytes };
  }

  gap(direction: Direction, bytes: number): StreamEvent {
    return { type: "gap", connection: this.connection, time: this.#tick(), direction, bytes };
  }

  close(how: "fin" | "rst" | "forgotten" = "fin"): StreamEvent {
    return { type: "close", connection: this.connection, time: this.#tick(), how };
  }

  /** SYN and both acts. */
  handshake(session: SeenSession): StreamEvent[] {
    return [this.open(), this.data("up", session.act1), this.data("down", session.act2)];
  }

  /** A millisecond later. */
  #tick(): number {
    this.#time += 1_000;
    return this.#time;
  }
}

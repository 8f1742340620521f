import type { Direction } from "../../capture/capture.ts";
import { type Candidate, candidatesFor } from "./candidates.ts";
import { type Conversation, type Findings, opposite } from "./findings.ts";
import type { KeyRing, SessionKeys, Side } from "../keys/keys.ts";
import { SealedDirection, type SealedOwner, type Shared } from "./sealed_direction.ts";

/** What is known of a session at its beginning. */
export interface SealedOptions {
  /** Handshake hash; undefined if the beginning is not in the capture. */
  readonly session: Uint8Array | undefined;
  readonly ring: KeyRing;
  readonly shared: Shared;
  readonly findings: Findings;
  /** What goes "up" is the server's: who dialled was guessed, and wrong. */
  readonly isReversed?: boolean;
}

/** Stratum V2 over Noise, after the handshake or from somewhere in the middle. */
export class SealedConversation implements Conversation, SealedOwner {
  readonly #findings: Findings;
  readonly #ring: KeyRing;
  readonly #session: Uint8Array | undefined;
  readonly #directions: Readonly<Record<Direction, SealedDirection>>;
  readonly #bytes = { up: 0, down: 0 };
  #pinned: SessionKeys | undefined;
  /** Version of the ring when there was no key for this session; undefined once there was one. */
  #lacking: number | undefined;
  #isReversed: boolean;

  constructor({ session, ring, shared, findings, isReversed = false }: SealedOptions) {
    this.#findings = findings;
    this.#ring = ring;
    this.#session = session;
    this.#isReversed = isReversed;
    const of = (direction: Direction) =>
      new SealedDirection({ direction, owner: this, shared, findings });
    this.#directions = { up: of("up"), down: of("down") };
    for (const direction of ["up", "down"] as const) {
      if (session === undefined) this.#directions[direction].beginInTheMiddle();
      else if (this.candidates(direction).length === 0) {
        this.#lacking = ring.version;
        this.#directions[direction].seal();
      }
    }
  }

  data(direction: Direction, bytes: Uint8Array): void {
    if (this.#lacking !== undefined && this.#lacking !== this.#ring.version) this.#lookAgain();
    this.#bytes[direction] += bytes.length;
    this.#directions[direction].data(bytes);
  }

  gap(direction: Direction, bytes: number): void {
    this.#bytes[direction] += bytes;
    this.#directions[direction].gap(bytes);
  }

  close(): void {
    this.#directions.up.close();
    this.#directions.down.close();
  }

  senderOf(direction: Direction): Side {
    return (direction === "up") === this.#isReversed ? "server" : "client";
  }

  candidates(direction: Direction): readonly Candidate[] {
    return candidatesFor(this.senderOf(direction), {
      ring: this.#ring,
      session: this.#session,
      pinned: this.#pinned,
    });
  }

  fits(direction: Direction, { keys, side }: Candidate): void {
    if (this.#pinned !== undefined) return;
    this.#pinned = keys;
    const isSwapped = side !== this.senderOf(direction);
    if (this.#session === undefined) {
      if (isSwapped) {
        this.#isReversed = true;
        this.#findings.reverse();
      }
      this.#directions[opposite(direction)].narrow();
    } else if (isSwapped) {
      this.#findings.note({
        code: "keys-swapped",
        text: "The keys are those of the other side each: labels were swapped where they come from",
      });
    }
  }

  fitsNot(direction: Direction, tried: number): void {
    const side = this.senderOf(direction);
    const isLogged = this.#session !== undefined && this.#ring.of(this.#session) !== undefined;
    this.#findings.note({
      direction,
      code: "wrong-keys",
      text: isLogged
        ? `The key log has a key for this handshake, but it does not open the ${side}'s first frame: ` +
          "its line was changed, or the capture was"
        : `No key that was given opens the ${side}'s first frame: they are of other sessions`,
      facts: { tried },
    });
  }

  #lookAgain(): void {
    this.#lacking = this.#ring.version;
    for (const direction of ["up", "down"] as const) {
      this.#directions[direction].resume(this.#bytes[direction]);
    }
  }
}

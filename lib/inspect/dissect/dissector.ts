import type { Connection, Direction, Micros } from "../../capture/capture.ts";
import { ACT1_SIZE, ACT2_SIZE } from "../../noise/handshake.ts";
import { ClearConversation } from "./clear_conversation.ts";
import { type Conversation, type Findings, opposite } from "./findings.ts";
import { guessFromMiddle, guessFromStart, looksLike } from "./guess.ts";
import { handshakeHash } from "./handshake_hash.ts";
import { handshakeNotes, type Stages } from "./handshake_notes.ts";
import type { KeyRing } from "../keys/keys.ts";
import { Opening, type Piece } from "./opening.ts";
import { SealedConversation } from "./sealed_conversation.ts";
import type { Shared } from "./sealed_direction.ts";
import { Sv1Conversation } from "./sv1_conversation.ts";

/** What a dissector needs. */
export interface DissectorOptions {
  readonly connection: Connection;
  /** When the connection was opened, if that was seen. */
  readonly opened: Micros | undefined;
  readonly ring: KeyRing;
  readonly shared: Shared;
  readonly findings: Findings;
}

/** Bytes that are held until it is known what a connection speaks. */
const MOST_HELD = 2_048;

/**
 * One connection: finds out what it speaks, and reads it. Of a handshake everything is used that can be
 * seen without a key, and of what follows everything that the keys open.
 */
export class Dissector {
  readonly #options: DissectorOptions;
  #opening = new Opening();
  #conversation: Conversation | undefined;
  #stages: Stages | undefined;
  /** The client paused after 64 bytes. */
  #isAct1 = false;
  /** Bytes are missing before or among those that came. */
  #isBroken: boolean;

  constructor(options: DissectorOptions) {
    this.#options = options;
    this.#isBroken = !options.connection.isWhole;
  }

  /** The handshake that was seen. */
  get stages(): Stages | undefined {
    return this.#stages;
  }

  /** Act 1 was seen, and no answer to it. */
  get isHalfOpen(): boolean {
    return this.#conversation === undefined && this.#isAct1;
  }

  /** @param bytes Used during the call only. */
  data(direction: Direction, bytes: Uint8Array, time: Micros): void {
    if (bytes.length === 0) return;
    this.#options.shared.budget.earn(bytes.length);
    if (this.#conversation !== undefined) return this.#conversation.data(direction, bytes);
    this.#opening.add(direction, bytes, time);
    if (this.#isBroken) this.#guessFromMiddle();
    else this.#guessFromStart();
  }

  /** @param bytes 0 if it is not known how many are missing. */
  gap(direction: Direction, bytes: number): void {
    if (this.#conversation === undefined) {
      this.#isBroken = true;
      // What is there of a handshake is no frame.
      const pieces = this.#isAct1 ? [] : this.#opening.pieces;
      if (this.#opening.length > 0) this.#begin(this.#inTheMiddle(), pieces);
    }
    this.#conversation?.gap(direction, bytes);
  }

  close(): void {
    if (this.#opening.length > 0 && !this.isHalfOpen) this.#begin(this.#nothingOfOurs());
    this.#conversation?.close();
  }

  #guessFromStart(): void {
    const [up, down] = [this.#opening.of("up"), this.#opening.of("down")];
    if (up.length === ACT1_SIZE && down.length === 0) this.#isAct1 = true;
    const guess = guessFromStart({ up, down, isAct1: this.#isAct1 });
    if (guess === "noise") this.#afterHandshake("up");
    else if (guess === "sv1") this.#begin(this.#sv1());
    else if (guess === "clear") this.#begin(this.#clear());
    else if (guess === "other" || this.#opening.length > MOST_HELD) {
      this.#begin(this.#nothingOfOurs());
    }
  }

  /** Without a SYN it can still be the beginning: acts are told by their sizes, whoever sends which. */
  #guessFromMiddle(): void {
    const [first, second] = this.#opening.pieces;
    if (first === undefined) return;
    const { protocol, sender } = guessFromMiddle(first.bytes);
    if (protocol !== undefined) {
      const isReversed = sender !== undefined && sender !== senderOf(first.direction);
      if (isReversed) this.#options.findings.reverse();
      return this.#begin(protocol === "sv1" ? this.#sv1() : this.#clear());
    }
    if (first.bytes.length === ACT1_SIZE) {
      if (second === undefined) return;
      if (second.direction !== first.direction && second.bytes.length === ACT2_SIZE) {
        return this.#afterHandshake(first.direction);
      }
    }
    this.#begin(this.#inTheMiddle());
  }

  /** @param client The direction of what the client sent. */
  #afterHandshake(client: Direction): void {
    const { ring, shared, findings, opened } = this.#options;
    const opening = this.#opening;
    const server = opposite(client);
    const act1 = opening.of(client).subarray(0, ACT1_SIZE);
    const act2 = opening.of(server).subarray(0, ACT2_SIZE);
    const isReversed = client === "down";
    if (isReversed) findings.reverse();
    this.#stages = {
      opened,
      act1: opening.timeOf(client, ACT1_SIZE),
      act2: opening.timeOf(server, ACT2_SIZE),
    };
    const session = handshakeHash(act1, act2);
    for (const note of handshakeNotes(session, this.#stages, ring)) findings.note(note);
    this.#begin(
      new SealedConversation({ session, ring, shared, findings, isReversed }),
      [...opening.after(client, ACT1_SIZE), ...opening.after(server, ACT2_SIZE)],
    );
  }

  #inTheMiddle(): Conversation {
    const { ring, shared, findings } = this.#options;
    const hasKeys = ring.size > 0 || ring.byHand !== undefined;
    findings.note({
      code: "began-before",
      text: "The handshake is not in the capture: " +
        (hasKeys ? "each key is tried" : "without keys it cannot be told what this is"),
    });
    return new SealedConversation({ session: undefined, ring, shared, findings });
  }

  #sv1(): Conversation {
    const { findings, shared } = this.#options;
    findings.note({ code: "sv1", text: "Stratum V1" });
    return new Sv1Conversation(shared.room, findings, !this.#isBroken);
  }

  #clear(): Conversation {
    const { findings, shared } = this.#options;
    findings.note({ code: "not-encrypted", text: "Stratum V2 without encryption" });
    return new ClearConversation(shared.room, findings);
  }

  #nothingOfOurs(): Conversation {
    const looks = looksLike(this.#opening.pieces[0]?.bytes ?? new Uint8Array(0));
    this.#options.findings.note({
      code: "other-protocol",
      text: `This is no Stratum but ${looks}: it is only counted`,
      facts: { looks_like: looks },
    });
    return { data() {}, gap() {}, close() {} };
  }

  #begin(conversation: Conversation, pieces: readonly Piece[] = this.#opening.pieces): void {
    this.#conversation = conversation;
    this.#opening = new Opening();
    for (const { direction, bytes } of pieces) conversation.data(direction, bytes);
  }
}

function senderOf(direction: Direction): "client" | "server" {
  return direction === "up" ? "client" : "server";
}

import { equalBytes } from "../../bitcoin/bytes.ts";
import { SV2_KEY_LOG } from "../../capture/secrets.ts";
import { OperatorError } from "../../errors.ts";
import { type BadLine, KeyLogReader } from "./key_log.ts";

/** Whose sending a key is for. */
export type Side = "client" | "server";

/** What is known of one session: a key of 32 bytes for each direction, or for one. */
export interface SessionKeys {
  /** Handshake hash in lower-case hexadecimal, which names the session; undefined if given by hand. */
  readonly session: string | undefined;
  readonly client: Uint8Array | undefined;
  readonly server: Uint8Array | undefined;
  /** By which the client knows the server, 32 bytes, x-only; undefined if nobody wrote it down. */
  readonly authority?: Uint8Array | undefined;
}

/** What the ring holds of a session. */
interface Held {
  client?: Uint8Array;
  server?: Uint8Array;
  authority?: Uint8Array;
}

/** Sessions that are held: some 40 MB. Of more, those read first are forgotten. */
const MOST_SESSIONS = 100_000;

/** Session keys, by the handshake they came from. Nothing here ever prints one. */
export class KeyRing {
  readonly #sessions = new Map<string, Held>();
  readonly #most: number;
  #byHand: SessionKeys | undefined;
  #version = 0;
  #forgotten = 0;

  /** @param most Sessions that are held. */
  constructor(most = MOST_SESSIONS) {
    this.#most = most;
  }

  /** Rises whenever a key comes in, so that whoever looked in vain knows when to look again. */
  get version(): number {
    return this.#version;
  }

  /** Sessions with a key, those given by hand not counted. */
  get size(): number {
    return this.#sessions.size;
  }

  /** Sessions whose keys were dropped because there were too many. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /**
   * @param session Handshake hash, 64 lower-case digits.
   * @param key 32 bytes, kept.
   * @param side Whose sending it is for; `authority`: it opens nothing, and says who the server is.
   * @returns `false` if another key is known for this side of the session.
   */
  add(session: string, side: keyof Held, key: Uint8Array): boolean {
    let keys = this.#sessions.get(session);
    if (keys === undefined) {
      this.#makeRoom();
      this.#sessions.set(session, keys = {});
    }
    const known = keys[side];
    if (known !== undefined) return equalBytes(known, key);
    keys[side] = key;
    this.#version++;
    return true;
  }

  /** A key without a handshake hash: it is tried wherever no other is known. @param key 32 bytes. */
  addByHand(side: Side, key: Uint8Array): void {
    this.#byHand = { session: undefined, client: undefined, server: undefined, ...this.#byHand };
    this.#byHand = { ...this.#byHand, [side]: key };
    this.#version++;
  }

  /** The lines of a decryption secrets block. @returns What is wrong with them. */
  addSecrets(kind: number, bytes: Uint8Array): readonly BadLine[] {
    if (kind !== SV2_KEY_LOG) return [];
    const bad: BadLine[] = [];
    const reader = new KeyLogReader(this, (line) => bad.push(line));
    reader.push(bytes);
    reader.end();
    return bad;
  }

  /** The keys of the session that `hash` names. */
  of(hash: Uint8Array): SessionKeys | undefined {
    return this.#named(hash.toHex());
  }

  /** Keys that were given without a session. */
  get byHand(): SessionKeys | undefined {
    return this.#byHand;
  }

  /** All keys: given by hand, then from the newest session to the oldest. */
  *all(): Generator<SessionKeys> {
    if (this.#byHand !== undefined) yield this.#byHand;
    for (const session of [...this.#sessions.keys()].reverse()) {
      const keys = this.#named(session);
      if (keys !== undefined) yield keys;
    }
  }

  #named(session: string): SessionKeys | undefined {
    const keys = this.#sessions.get(session);
    if (keys === undefined) return undefined;
    const { client, server, authority } = keys;
    return { session, client, server, ...authority !== undefined && { authority } };
  }

  #makeRoom(): void {
    if (this.#sessions.size < this.#most) return;
    const [oldest] = this.#sessions.keys();
    if (oldest === undefined) return;
    this.#sessions.delete(oldest);
    this.#forgotten++;
  }
}

/** What is known of a session's keys by hand. */
export interface KeyByHand {
  readonly side: Side;
  readonly key: Uint8Array;
}

/**
 * Session keys as a person writes them into a file: `client:` or `server:`, then 64 hexadecimal digits,
 * one a line.
 *
 * @throws {OperatorError} If a line is not that. The message does not quote it.
 */
export function parseKeysByHand(text: string): readonly KeyByHand[] {
  return text.split(/\s+/).filter((line) => line !== "").map((line) => {
    const [, side, hex] = /^(client|server):([0-9a-f]{64})$/i.exec(line) ?? [];
    if (side === undefined || hex === undefined) {
      throw new OperatorError(
        "usage",
        "must be lines of client:HEX or server:HEX with the 64 hexadecimal digits of that side's key",
      );
    }
    return {
      side: side.toLowerCase() === "client" ? "client" : "server",
      key: Uint8Array.fromHex(hex),
    };
  });
}

import { DecodeError, UsageError } from "../errors.ts";
import { type Aead, LAST_COUNTER, MAC_SIZE, type Opened } from "./aead.ts";

/**
 * CipherState, SV2 §4.4.1: a key and a counter that never says the same number twice. Exists only
 * with a key; what has none yet is plaintext and needs no cipher.
 */
export class CipherState {
  readonly #aead: Aead;
  readonly #key: Uint8Array;
  #counter: number;

  /**
   * InitializeKey: the counter starts at 0.
   *
   * @param key 32 bytes; copied.
   * @param counter For tests of the end of its life.
   */
  constructor(aead: Aead, key: Uint8Array, counter = 0) {
    if (key.length !== 32) throw new UsageError("Cannot use key: not 32 bytes");
    this.#aead = aead;
    this.#key = key.slice();
    this.#counter = counter;
  }

  /** Whether `count` more texts can be sealed or opened before the counter ends. */
  has(count: number): boolean {
    return this.#counter + count - 1 <= LAST_COUNTER;
  }

  /**
   * EncryptWithAd, to `into[at .. at + plaintext.length + 16]`.
   *
   * @throws {UsageError} If the counter has come to its end; nothing is written.
   */
  seal(associated: Uint8Array, plaintext: Uint8Array, into: Uint8Array, at: number): void {
    this.#check();
    if (at + plaintext.length + MAC_SIZE > into.length) {
      throw new UsageError("Cannot seal: no room for the ciphertext");
    }
    this.#aead.seal(this.#key, this.#counter, associated, plaintext, into, at);
    this.#counter++;
  }

  /**
   * DecryptWithAd, to `into[at .. at + sealed.length - 16]`. After a failure the counter stands where
   * it was.
   *
   * @param where For the error: what is being opened.
   * @throws {DecodeError} `unauthentic`, if it was not sealed with this key and counter.
   * @throws {UsageError} If the counter has come to its end.
   */
  open(
    associated: Uint8Array,
    sealed: Uint8Array,
    into: Uint8Array,
    at: number,
    where: string,
  ): void {
    this.#check();
    if (sealed.length < MAC_SIZE) throw new DecodeError("unauthentic", where, 0);
    if (at + sealed.length - MAC_SIZE > into.length) {
      throw new UsageError("Cannot open: no room for the plaintext");
    }
    if (!this.#aead.open(this.#key, this.#counter, associated, sealed, into, at)) {
      throw new DecodeError("unauthentic", where, 0);
    }
    this.#counter++;
  }

  /** Sealed bytes that {@link sealFrames} can make in one go; 0 if it cannot. */
  get framesLimit(): number {
    return this.#aead.frames?.limit ?? 0;
  }

  /**
   * Seals whole frames in one go, each of one chunk at most.
   *
   * @param frames Sealed at most {@link framesLimit} bytes, for which the counter has to be good.
   * @returns Bytes written.
   */
  sealFrames(frames: Uint8Array, into: Uint8Array, at: number): number {
    this.#check();
    const written = this.#aead.frames?.seal(this.#key, this.#counter, frames, into, at) ?? 0;
    this.#counter += (written - frames.length) / MAC_SIZE;
    return written;
  }

  /**
   * Opens the frames that can be opened in one go.
   *
   * @returns `undefined` if there was none: the next has to be opened block by block.
   */
  openFrames(chunk: Uint8Array, from: number, into: Uint8Array): Opened | undefined {
    const { frames } = this.#aead;
    if (frames === undefined || !this.has(frames.limit / MAC_SIZE)) return undefined;
    const opened = frames.open(this.#key, this.#counter, chunk, from, into);
    if (opened.consumed === 0) return undefined;
    this.#counter += (opened.consumed - opened.written) / MAC_SIZE;
    return opened;
  }

  /** Forgets the key. Whatever is sealed or opened after that is refused. */
  erase(): void {
    this.#key.fill(0);
    this.#counter = Infinity;
  }

  #check(): void {
    if (this.#counter > LAST_COUNTER) {
      throw new UsageError("Cannot use this key any more: counter exhausted or key erased");
    }
  }
}

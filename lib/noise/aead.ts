/**
 * ChaCha20-Poly1305 as Noise uses it, RFC 8439 with the counter as nonce (SV2 §4.3.3, §4.4.1).
 *
 * Three things serve: @noble/ciphers is the reference, the kernel is good for short texts, `node:crypto`
 * for long ones. All write into bytes of the caller's, so that
 * nothing is allocated for a frame. The arguments are a list and not an object for the same reason.
 */
export interface Aead {
  /**
   * Encrypts `plaintext` to `into[at .. at + plaintext.length + 16]`: ciphertext, then MAC. The two
   * may not overlap.
   *
   * @param key 32 bytes.
   * @param counter The nonce, 0 to {@link LAST_COUNTER}; never twice with one key.
   */
  seal(
    key: Uint8Array,
    counter: number,
    associated: Uint8Array,
    plaintext: Uint8Array,
    into: Uint8Array,
    at: number,
  ): void;

  /**
   * Checks `sealed`, then decrypts it to `into[at .. at + sealed.length - 16]`. The two may not
   * overlap.
   *
   * @param sealed Ciphertext and MAC, at least 16 bytes.
   * @returns `false` if it is not authentic; what then is in `into` is undefined and is no
   * plaintext.
   */
  open(
    key: Uint8Array,
    counter: number,
    associated: Uint8Array,
    sealed: Uint8Array,
    into: Uint8Array,
    at: number,
  ): boolean;

  /** A shorter way for frames that are small, where there is one. */
  readonly frames?: FrameAead;
}

/** Seals and opens whole frames, SV2 §4.6, several in one call. */
export interface FrameAead {
  /** Sealed bytes that one call takes at most. */
  readonly limit: number;

  /**
   * @param counter The nonce of the first header; each block takes the next.
   * @param frames Whole frames, one after the other, each of one chunk at most.
   * @returns Bytes written to `into`, from `at` on.
   */
  seal(
    key: Uint8Array,
    counter: number,
    frames: Uint8Array,
    into: Uint8Array,
    at: number,
  ): number;

  /**
   * Opens the whole and authentic frames of one chunk at most that `chunk` begins with at `from`. For
   * a frame that is not, no nonce is used: why is for {@link Aead.open} to find out.
   *
   * @param into Gets the plain frames, one after the other; as long as `limit`.
   */
  open(
    key: Uint8Array,
    counter: number,
    chunk: Uint8Array,
    from: number,
    into: Uint8Array,
  ): Opened;
}

/** What {@link FrameAead.open} did; to be read before the next call. */
export interface Opened {
  /** Sealed bytes of the frames that were opened. */
  readonly consumed: number;
  /** Bytes of plain frames. For each block there are 16 fewer than consumed. */
  readonly written: number;
}

/** Bytes of the message authentication code. */
export const MAC_SIZE = 16;

/**
 * The last counter that is used. Noise ends at 2^64 - 2; this ends where a double stops counting,
 * which is 285 years away at a million frames a second.
 */
export const LAST_COUNTER = Number.MAX_SAFE_INTEGER - 1;

/** Writes a counter as the nonce of RFC 8439: 32 zero bits, then 64 bits little-endian. */
export function writeNonce(counter: number, nonce: Uint8Array): void {
  nonce.fill(0, 0, 4);
  let rest = counter;
  for (let at = 4; at < 12; at++) {
    nonce[at] = rest & 0xff;
    rest = Math.floor(rest / 256);
  }
}

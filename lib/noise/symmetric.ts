import { concatBytes } from "../bitcoin/bytes.ts";
import { sha256 } from "../bitcoin/hash.ts";
import { type Aead, MAC_SIZE } from "./aead.ts";
import { CipherState } from "./cipher.ts";
import { hkdf } from "./crypto.ts";

const NOTHING: Uint8Array = new Uint8Array(0);

/** `Noise_NX_Secp256k1+EllSwift_ChaChaPoly_SHA256`, SV2 §4.5.1. */
const PROTOCOL_NAME = new TextEncoder().encode("Noise_NX_Secp256k1+EllSwift_ChaChaPoly_SHA256");

/** The two keys after a handshake, each 32 bytes. */
export interface TransportKeys {
  readonly fromInitiator: Uint8Array;
  readonly fromResponder: Uint8Array;
}

/** SymmetricState, SV2 §4.4.2: everything said so far, and the key that follows from it. */
export class SymmetricState {
  readonly #aead: Aead;
  #chainingKey: Uint8Array;
  #hash: Uint8Array;
  #cipher: CipherState | undefined;

  constructor(aead: Aead) {
    this.#aead = aead;
    this.#chainingKey = sha256(PROTOCOL_NAME);
    // The empty prologue of Noise: what the spec writes as h = HASH(h).
    this.#hash = sha256(this.#chainingKey);
  }

  /** `h`, 32 bytes; no secret. */
  get hash(): Uint8Array {
    return this.#hash;
  }

  /** h = HASH(h || data) */
  mixHash(data: Uint8Array): void {
    this.#hash = sha256(concatBytes(this.#hash, data));
  }

  /** (ck, k) = HKDF(ck, material), n = 0. Erases `material`. */
  mixKey(material: Uint8Array): void {
    const [chainingKey, key] = hkdf(this.#chainingKey, material);
    this.#cipher?.erase();
    this.#chainingKey.fill(0);
    this.#chainingKey = chainingKey;
    this.#cipher = new CipherState(this.#aead, key);
    key.fill(0);
    material.fill(0);
  }

  /** Ciphertext and MAC, or the plaintext itself while there is no key. */
  encryptAndHash(plaintext: Uint8Array): Uint8Array {
    let ciphertext = plaintext;
    if (this.#cipher !== undefined) {
      ciphertext = new Uint8Array(plaintext.length + MAC_SIZE);
      this.#cipher.seal(this.#hash, plaintext, ciphertext, 0);
    }
    this.mixHash(ciphertext);
    return ciphertext;
  }

  /** @throws {DecodeError} `unauthentic`, naming `where`. */
  decryptAndHash(ciphertext: Uint8Array, where: string): Uint8Array {
    let plaintext = ciphertext;
    if (this.#cipher !== undefined) {
      plaintext = new Uint8Array(Math.max(0, ciphertext.length - MAC_SIZE));
      this.#cipher.open(this.#hash, ciphertext, plaintext, 0, where);
    }
    this.mixHash(ciphertext);
    return plaintext;
  }

  /** (k1, k2) = HKDF(ck, ""). The state is of no use afterwards. */
  split(): TransportKeys {
    const [fromInitiator, fromResponder] = hkdf(this.#chainingKey, NOTHING);
    this.erase();
    return { fromInitiator, fromResponder };
  }

  /** Forgets every secret. */
  erase(): void {
    this.#chainingKey.fill(0);
    this.#cipher?.erase();
  }
}

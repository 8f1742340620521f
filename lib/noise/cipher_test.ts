import { deepStrictEqual, notDeepStrictEqual, strictEqual, throws } from "node:assert";
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import vectors from "../../tests/vectors/noise.json" with { type: "json" };
import { DecodeError, UsageError } from "../errors.ts";
import { LAST_COUNTER, MAC_SIZE, writeNonce } from "./aead.ts";
import { CipherState } from "./cipher.ts";
import { AEAD } from "./ciphers.ts";

const key = new Uint8Array(32).fill(7);
const none = new Uint8Array(0);
const text = new TextEncoder().encode("a plaintext");

Deno.test("NOISE-10 a nonce is four zero bytes and the counter, little-endian", () => {
  const nonce = new Uint8Array(12).fill(0xee);
  for (const { n, nonce: expected } of vectors.noise_nonce_encoding.vectors) {
    if (!Number.isSafeInteger(n)) continue;
    writeNonce(n, nonce);
    strictEqual(nonce.toHex(), expected);
  }
  writeNonce(LAST_COUNTER, nonce);
  strictEqual(nonce.toHex(), "00000000feffffffffff1f00");
});

Deno.test("NOISE-10 the counter is the nonce of what is sealed", () => {
  for (
    const [counter, nonce] of [[0, "00"], [1, "01"], [256, "0001"], [
      2 ** 40,
      "000000000001",
    ]] as const
  ) {
    const sealed = sealWith(new CipherState(AEAD, key, counter));
    const bytes = Uint8Array.fromHex(`00000000${nonce.padEnd(16, "0")}`);
    deepStrictEqual(sealed, chacha20poly1305(key, bytes, none).encrypt(text));
  }
});

Deno.test("NOISE-11 the counter goes up with each text", () => {
  const cipher = new CipherState(AEAD, key);
  const sealed = [sealWith(cipher), sealWith(cipher), sealWith(cipher)];
  strictEqual(new Set(sealed.map((bytes) => bytes.toHex())).size, 3);
  const opener = new CipherState(AEAD, key);
  for (const bytes of sealed) deepStrictEqual(openWith(opener, bytes), text);
});

Deno.test("NOISE-11 the counter stays where it was when a text is not authentic", () => {
  const sealed = sealWith(new CipherState(AEAD, key));
  const opener = new CipherState(AEAD, key);
  for (const at of [0, text.length - 1, text.length, sealed.length - 1]) {
    const broken = sealed.slice();
    broken[at] = (broken[at] ?? 0) ^ 0x10;
    throws(() => openWith(opener, broken), isUnauthentic);
  }
  throws(() => openWith(opener, sealed.subarray(0, MAC_SIZE - 1)), isUnauthentic);
  deepStrictEqual(openWith(opener, sealed), text);
});

Deno.test("NOISE-12 a new state starts at 0", () => {
  const sealed = sealWith(new CipherState(AEAD, key));
  deepStrictEqual(sealWith(new CipherState(AEAD, key)), sealed);
  notDeepStrictEqual(sealWith(new CipherState(AEAD, key, 1)), sealed);
});

Deno.test("NOISE-13 at the end of the counter nothing is sealed or opened any more", () => {
  const sealer = new CipherState(AEAD, key, LAST_COUNTER);
  strictEqual(sealer.has(1), true);
  strictEqual(sealer.has(2), false);
  const last = sealWith(sealer);
  strictEqual(sealer.has(1), false);
  throws(() => sealWith(sealer), UsageError);
  const opener = new CipherState(AEAD, key, LAST_COUNTER);
  deepStrictEqual(openWith(opener, last), text);
  throws(() => openWith(opener, last), UsageError);
  // No double beyond this one counts by ones: it could never be said which nonce was used.
  strictEqual(LAST_COUNTER + 1, Number.MAX_SAFE_INTEGER);
});

Deno.test("associated data is authenticated with the text", () => {
  const sealed = new Uint8Array(text.length + MAC_SIZE);
  const associated = Uint8Array.of(1, 2, 3);
  new CipherState(AEAD, key).seal(associated, text, sealed, 0);
  throws(() => openWith(new CipherState(AEAD, key), sealed), isUnauthentic);
  const opened = new Uint8Array(text.length);
  new CipherState(AEAD, key).open(associated, sealed, opened, 0, "test");
  deepStrictEqual(opened, text);
});

Deno.test("NOISE-38 an erased state has no key to use, and the caller's copy is not its own", () => {
  const own = key.slice();
  const cipher = new CipherState(AEAD, own);
  own.fill(0);
  deepStrictEqual(sealWith(cipher), sealWith(new CipherState(AEAD, key)));
  cipher.erase();
  throws(() => sealWith(cipher), UsageError);
  throws(() => openWith(cipher, new Uint8Array(40)), UsageError);
});

Deno.test("seal() and open() refuse too little room and keep the counter", () => {
  const cipher = new CipherState(AEAD, key);
  throws(() => cipher.seal(none, text, new Uint8Array(text.length + MAC_SIZE), 1), UsageError);
  const sealed = sealWith(cipher);
  deepStrictEqual(sealed, sealWith(new CipherState(AEAD, key)));
  const opener = new CipherState(AEAD, key);
  throws(() => opener.open(none, sealed, new Uint8Array(text.length), 1, "test"), UsageError);
  throws(() => new CipherState(AEAD, key.subarray(1)), UsageError);
});

function sealWith(cipher: CipherState): Uint8Array {
  const sealed = new Uint8Array(text.length + MAC_SIZE);
  cipher.seal(none, text, sealed, 0);
  return sealed;
}

function openWith(cipher: CipherState, sealed: Uint8Array): Uint8Array {
  const opened = new Uint8Array(text.length);
  cipher.open(none, sealed, opened, 0, "test");
  return opened;
}

function isUnauthentic(error: unknown): boolean {
  return error instanceof DecodeError && error.code === "unauthentic";
}

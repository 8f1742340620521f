import { deepStrictEqual, notDeepStrictEqual, strictEqual, throws } from "node:assert";
import vectors from "../../tests/vectors/noise.json" with { type: "json" };
import { concatBytes } from "../bitcoin/bytes.ts";
import { sha256 } from "../bitcoin/hash.ts";
import { DecodeError } from "../errors.ts";
import { AEAD } from "./ciphers.ts";
import { hkdf } from "./crypto.ts";
import { SymmetricState } from "./symmetric.ts";

const none = new Uint8Array(0);
const { noise_constants: constants } = vectors;
const material = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);

Deno.test("NOISE-18 the state starts from the protocol's name and an empty prologue", () => {
  const name = sha256(new TextEncoder().encode(constants.protocol_name));
  strictEqual(name.toHex(), constants.h0_protocol_name_sha256);
  const state = new SymmetricState(AEAD);
  strictEqual(state.hash.toHex(), constants.h_after_init_double_sha256);
  // ck is the hash of the name: the first split follows from it.
  const [fromInitiator, fromResponder] = hkdf(name, none);
  deepStrictEqual(state.split(), { fromInitiator, fromResponder });
});

Deno.test("NOISE-14 without a key data passes through and is hashed all the same", () => {
  const state = new SymmetricState(AEAD);
  const before = state.hash;
  deepStrictEqual(state.encryptAndHash(Uint8Array.of(1, 2)), Uint8Array.of(1, 2));
  deepStrictEqual(state.hash, sha256(concatBytes(before, Uint8Array.of(1, 2))));
  deepStrictEqual(state.decryptAndHash(none, "test"), none);
  deepStrictEqual(state.hash, sha256(sha256(concatBytes(before, Uint8Array.of(1, 2)))));
});

Deno.test("NOISE-16 mixHash() appends to the hash, mixKey() goes through HKDF", () => {
  const state = new SymmetricState(AEAD);
  state.mixHash(material(1));
  const initial = Uint8Array.fromHex(constants.h_after_init_double_sha256);
  deepStrictEqual(state.hash, sha256(concatBytes(initial, material(1))));
  state.mixKey(material(2));
  state.mixKey(material(3));
  const [first] = hkdf(Uint8Array.fromHex(constants.h0_protocol_name_sha256), material(2));
  const [second] = hkdf(first, material(3));
  const [fromInitiator, fromResponder] = hkdf(second, none);
  deepStrictEqual(state.split(), { fromInitiator, fromResponder });
});

Deno.test("NOISE-17 the hash is associated data, and the ciphertext goes into it", () => {
  const [one, two] = [new SymmetricState(AEAD), new SymmetricState(AEAD)];
  for (const state of [one, two]) state.mixKey(material(4));
  const before = one.hash;
  const sealed = one.encryptAndHash(Uint8Array.of(9));
  strictEqual(sealed.length, 17);
  deepStrictEqual(one.hash, sha256(concatBytes(before, sealed)));
  deepStrictEqual(two.decryptAndHash(sealed, "test"), Uint8Array.of(9));
  deepStrictEqual(two.hash, one.hash);
  const other = new SymmetricState(AEAD);
  other.mixKey(material(4));
  other.mixHash(none);
  throws(() => other.decryptAndHash(sealed, "the key"), (error) => {
    return error instanceof DecodeError && error.code === "unauthentic" && error.path === "the key";
  });
});

Deno.test("NOISE-12 each key that is mixed in starts at counter 0", () => {
  const state = new SymmetricState(AEAD);
  state.mixKey(material(5));
  state.encryptAndHash(Uint8Array.of(1));
  state.encryptAndHash(Uint8Array.of(2));
  state.mixKey(material(6));
  const associated = state.hash;
  const sealed = state.encryptAndHash(Uint8Array.of(3));
  const [chained] = hkdf(Uint8Array.fromHex(constants.h0_protocol_name_sha256), material(5));
  const [, key] = hkdf(chained, material(6));
  const expected = new Uint8Array(17);
  AEAD.seal(key, 0, associated, Uint8Array.of(3), expected, 0);
  deepStrictEqual(sealed, expected);
});

Deno.test("NOISE-38 mixKey() erases what it is given; split() leaves nothing to split again", () => {
  const state = new SymmetricState(AEAD);
  const secret = material(7);
  state.mixKey(secret);
  deepStrictEqual(secret, new Uint8Array(32));
  notDeepStrictEqual(state.split(), state.split());
  throws(() => state.encryptAndHash(none));
});

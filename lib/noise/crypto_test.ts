import { deepStrictEqual, notDeepStrictEqual, ok, strictEqual, throws } from "node:assert";
import { schnorr, secp256k1 } from "@noble/curves/secp256k1.js";
import fc from "fast-check";
import { seededRandom } from "../../tests/support/fake_host.ts";
import aead from "../../tests/vectors/chacha20poly1305.json" with { type: "json" };
import vectors from "../../tests/vectors/curve.json" with { type: "json" };
import { concatBytes } from "../bitcoin/bytes.ts";
import { hmacSha256 } from "../bitcoin/hash.ts";
import { UsageError } from "../errors.ts";
import {
  ephemeralKey,
  generateEphemeral,
  generateSecretKey,
  hashSharedX,
  hkdf,
  isPublicKey,
  isSecretKey,
  nativeAead,
  nobleAead,
  pointAt,
  publicKeyOf,
  sharedX,
  sign,
  verify,
} from "./crypto.ts";
import { decodeX } from "./ellswift.ts";
import { bytesFromNumber, N, P } from "./field.ts";

const hex = (text: string): Uint8Array => Uint8Array.fromHex(text);
const bad = [0n, N, N + 1n, 2n ** 256n - 1n].map(bytesFromNumber);

Deno.test("NOISE-4 a secret key is in 1..n-1; what is not is drawn again", () => {
  const good = bytesFromNumber(N - 1n);
  const draws = [...bad, good];
  deepStrictEqual(generateSecretKey({ bytes: () => draws.shift() ?? new Uint8Array(32) }), good);
  strictEqual(draws.length, 0);
  for (const secret of bad) {
    strictEqual(isSecretKey(secret), false);
    throws(() => publicKeyOf(secret), UsageError);
    throws(() => ephemeralKey(secret, new Uint8Array(32)), UsageError);
    throws(() => sharedX(secret, pointAt(publicKeyOf(good))));
    throws(() => generateSecretKey({ bytes: () => secret }), UsageError);
  }
  strictEqual(isSecretKey(good.subarray(1)), false);
});

Deno.test("NOISE-33 each ephemeral key is another", () => {
  const random = seededRandom(3);
  const keys = Array.from({ length: 100 }, () => generateEphemeral(random));
  strictEqual(new Set(keys.map(({ encoding }) => encoding.toHex())).size, 100);
  strictEqual(new Set(keys.map(({ secret }) => secret.toHex())).size, 100);
});

Deno.test("NOISE-7 keys whose point has an odd y serve like any other", () => {
  const random = seededRandom(4);
  const odd = Array.from({ length: 20 }, () => generateSecretKey(random))
    .filter((secret) => secp256k1.getPublicKey(secret)[0] === 3);
  ok(odd.length > 0);
  for (const secret of odd) {
    const [message, aux] = [random.bytes(32), random.bytes(32)];
    ok(verify(sign(message, secret, aux), message, publicKeyOf(secret)));
    const other = generateSecretKey(random);
    deepStrictEqual(
      sharedX(secret, pointAt(publicKeyOf(other))),
      sharedX(other, pointAt(publicKeyOf(secret))),
    );
  }
});

Deno.test("publicKeyOf() and sharedX() agree with @noble/curves", () => {
  const random = seededRandom(5);
  for (let i = 0; i < 50; i++) {
    const [secret, other] = [generateSecretKey(random), publicKeyOf(generateSecretKey(random))];
    deepStrictEqual(publicKeyOf(secret), schnorr.getPublicKey(secret));
    const point = concatBytes(Uint8Array.of(2), other);
    deepStrictEqual(
      Uint8Array.from(sharedX(secret, pointAt(other))),
      secp256k1.getSharedSecret(secret, point).slice(1),
    );
  }
  for (const secret of [1n, 2n, N - 1n].map(bytesFromNumber)) {
    deepStrictEqual(publicKeyOf(secret), schnorr.getPublicKey(secret));
  }
});

Deno.test("isPublicKey() wants 32 bytes that are the x of a point; pointAt() throws at others", () => {
  const key = publicKeyOf(bytesFromNumber(7n));
  strictEqual(isPublicKey(key), true);
  for (const x of [0n, 5n, P, P + 1n, 2n ** 256n - 1n].map(bytesFromNumber)) {
    strictEqual(isPublicKey(x), false);
    throws(() => pointAt(x));
  }
  strictEqual(isPublicKey(key.subarray(1)), false);
  strictEqual(isPublicKey(concatBytes(key, Uint8Array.of(0))), false);
});

Deno.test("NOISE-3, NOISE-8 ECDH gives BIP 324's shared secrets", () => {
  for (const vector of vectors.ellswift_ecdh_bip324.vectors) {
    const [ours, theirs] = [hex(vector.ellswift_ours), hex(vector.ellswift_theirs)];
    const shared = sharedX(hex(vector.priv_ours), pointAt(decodeX(theirs)));
    const ends = vector.initiating === 1
      ? { initiator: ours, responder: theirs }
      : { initiator: theirs, responder: ours };
    strictEqual(hashSharedX(ends, shared).toHex(), vector.shared_secret);
    const swapped = { initiator: ends.responder, responder: ends.initiator };
    notDeepStrictEqual(hashSharedX(swapped, shared).toHex(), vector.shared_secret);
  }
});

Deno.test("NOISE-3, NOISE-29 signatures are BIP 340's", () => {
  for (const { sk, pk, aux_rand, msg, sig, valid, invalid_pubkey } of vectors.bip340.vectors) {
    strictEqual(isPublicKey(hex(pk)), !(invalid_pubkey ?? false));
    if (msg === undefined || sig === undefined) continue;
    strictEqual(verify(hex(sig), hex(msg), hex(pk)), valid);
    if (sk === undefined || aux_rand === undefined) continue;
    strictEqual(publicKeyOf(hex(sk)).toHex(), pk);
    strictEqual(sign(hex(msg), hex(sk), hex(aux_rand)).toHex(), sig);
  }
});

Deno.test("NOISE-29 verify() is false for parts out of range, zeros and wrong lengths", () => {
  const [secret, message] = [bytesFromNumber(9n), new Uint8Array(32)];
  const key = publicKeyOf(secret);
  const signature = sign(message, secret, new Uint8Array(32));
  strictEqual(verify(signature, message, key), true);
  const [r, s] = [signature.subarray(0, 32), signature.subarray(32)];
  const wrong = [
    new Uint8Array(64),
    concatBytes(bytesFromNumber(P), s),
    concatBytes(r, bytesFromNumber(N)),
    concatBytes(r, new Uint8Array(32)),
    signature.subarray(1),
    concatBytes(signature, Uint8Array.of(0)),
  ];
  for (const candidate of wrong) strictEqual(verify(candidate, message, key), false);
  strictEqual(verify(signature, message, bytesFromNumber(5n)), false);
  strictEqual(verify(signature, message, new Uint8Array(31)), false);
});

Deno.test("NOISE-15 hkdf() is HMAC-SHA-256 extract and two outputs, with a library and by hand", () => {
  const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(fc.property(bytes, fc.uint8Array({ maxLength: 64 }), (salt, material) => {
    const extracted = hmacSha256(salt, material);
    const first = hmacSha256(extracted, Uint8Array.of(1));
    const second = hmacSha256(extracted, concatBytes(first, Uint8Array.of(2)));
    deepStrictEqual(hkdf(salt, material), [first, second]);
  }));
});

for (const [name, make] of [["nobleAead()", nobleAead], ["nativeAead()", nativeAead]] as const) {
  Deno.test(`NOISE-3 ${name} is the ChaCha20-Poly1305 of RFC 8439`, () => {
    const { key, nonce, aad, plaintext, ciphertext, tag } = aead.chacha20poly1305_rfc8439;
    const cipher = make(() => hex(nonce));
    const sealed = new Uint8Array(plaintext.length / 2 + 16);
    cipher.seal(hex(key), 0, hex(aad), hex(plaintext), sealed, 0);
    strictEqual(sealed.toHex(), ciphertext + tag);
  });

  Deno.test(`NOISE-3 ${name} passes Wycheproof`, () => {
    for (const vector of aead.chacha20poly1305_wycheproof.vectors) {
      const cipher = make(() => hex(vector.nonce));
      const [key, aad, sealed] = [vector.key, vector.aad, vector.ciphertext_and_tag].map(hex);
      if (key === undefined || aad === undefined || sealed === undefined) continue;
      const opened = new Uint8Array(sealed.length - 16);
      strictEqual(cipher.open(key, 0, aad, sealed, opened, 0), vector.valid);
      if (!vector.valid) continue;
      strictEqual(opened.toHex(), vector.plaintext);
      const again = new Uint8Array(sealed.length);
      cipher.seal(key, 0, aad, opened, again, 0);
      deepStrictEqual(again, sealed);
    }
  });
}

Deno.test("nativeAead() and nobleAead() agree, and write nowhere but where they should", () => {
  const [native, noble] = [nativeAead(), nobleAead()];
  const texts = fc.uint8Array({ maxLength: 300 });
  const key = new Uint8Array(32).fill(5);
  fc.assert(fc.property(fc.maxSafeNat(), texts, texts, (counter, associated, plaintext) => {
    const [one, two] = [new Uint8Array(400), new Uint8Array(400)];
    native.seal(key, counter, associated, plaintext, one, 40);
    noble.seal(key, counter, associated, plaintext, two, 40);
    deepStrictEqual(one, two);
    const sealed = one.subarray(40, 56 + plaintext.length);
    for (const cipher of [native, noble]) {
      const opened = new Uint8Array(400);
      ok(cipher.open(key, counter, associated, sealed, opened, 7));
      deepStrictEqual(opened.subarray(7, 7 + plaintext.length), plaintext);
      ok(opened.subarray(7 + plaintext.length).every((byte) => byte === 0));
    }
  }));
});

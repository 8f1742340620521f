import { deepStrictEqual, notDeepStrictEqual, ok, strictEqual, throws } from "node:assert";
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { schnorr, secp256k1 } from "@noble/curves/secp256k1.js";
import fc from "fast-check";
import { seededRandom } from "../../tests/support/fake_host.ts";
import { concatBytes } from "../bitcoin/bytes.ts";
import { hmacSha256, sha256 } from "../bitcoin/hash.ts";
import { PeerError, UsageError } from "../errors.ts";
import { issueIdentity } from "./certificate.ts";
import { type EphemeralKey, ephemeralKey, generateEphemeral, publicKeyOf } from "./crypto.ts";
import { decodeX } from "./ellswift.ts";
import { ACT1_SIZE, ACT2_SIZE, Initiator, Responder } from "./handshake.ts";
import { HandshakeError } from "./handshake_error.ts";

const random = seededRandom(11);
const unix = 1_800_000_000;
const authoritySecret = new Uint8Array(32).fill(1);
const authorityKey = publicKeyOf(authoritySecret);
const staticSecret = new Uint8Array(32).fill(2);
const identity = issueIdentity({
  authoritySecret,
  staticSecret,
  validFrom: unix - 60,
  notValidAfter: unix + 3600,
});

Deno.test("NOISE-20, NOISE-24 both sides end with the same hash and the same two keys", () => {
  const { initiator, act2, split } = shake();
  const ours = initiator.receive(act2);
  deepStrictEqual(ours.handshakeHash, split.handshakeHash);
  deepStrictEqual(ours.sendKey, split.receiveKey);
  deepStrictEqual(ours.receiveKey, split.sendKey);
  notDeepStrictEqual(ours.sendKey, ours.receiveKey);
});

Deno.test("NOISE-19 Act 1 is the 64 bytes of the ephemeral key", () => {
  const ephemeral = generateEphemeral(random);
  const act1 = new Initiator({ authorityKey, ephemeral, unix }).act1();
  strictEqual(act1.length, 64);
  strictEqual(ACT1_SIZE, 64);
  deepStrictEqual(decodeX(act1), publicKeyOf(ephemeral.secret));
});

Deno.test("NOISE-21 Act 2 is 234 bytes, the responder's ephemeral key first", () => {
  const ephemeral = generateEphemeral(random);
  const { act2 } = new Responder({ identity, ephemeral }).receive(shake().initiator.act1());
  strictEqual(act2.length, 234);
  strictEqual(ACT2_SIZE, 234);
  deepStrictEqual(act2.subarray(0, 64), ephemeral.encoding);
});

Deno.test("NOISE-25 an Act 2 with any byte flipped is refused", () => {
  const ephemeral = ephemeralKey(random.bytes(32), random.bytes(32));
  const { act2 } = new Responder({ identity, ephemeral: generateEphemeral(random) })
    .receive(ephemeral.encoding);
  for (let at = 0; at < ACT2_SIZE; at++) {
    const flipped = act2.slice();
    flipped[at] = (flipped[at] ?? 0) ^ (1 << at % 8);
    throws(() => initiatorOf(ephemeral).receive(flipped), isFailure("act-2-unauthentic"), `${at}`);
  }
  ok(initiatorOf(ephemeral).receive(act2));
});

Deno.test("NOISE-25 an Act 2 of random bytes is refused, and nothing but a HandshakeError comes of it", () => {
  const garbage = fc.uint8Array({ minLength: ACT2_SIZE, maxLength: ACT2_SIZE });
  fc.assert(
    fc.property(garbage, (act2) => {
      throws(() => shake().initiator.receive(act2), isFailure("act-2-unauthentic"));
    }),
    { numRuns: 30 },
  );
});

Deno.test("a HandshakeError is a PeerError that speaks to a person", () => {
  const error = new HandshakeError("act-2-unauthentic", "What a person should know");
  ok(error instanceof PeerError);
  strictEqual(error.code, "act-2-unauthentic");
  strictEqual(error.message, "What a person should know");
});

Deno.test("NOISE-6 an Act 1 of any 64 bytes is answered", () => {
  for (const act1 of [new Uint8Array(64), new Uint8Array(64).fill(0xff), random.bytes(64)]) {
    const responder = new Responder({ identity, ephemeral: generateEphemeral(random) });
    strictEqual(responder.receive(act1).act2.length, ACT2_SIZE);
  }
});

Deno.test("NOISE-27 a certificate of another server does not serve with one's own key", () => {
  const stranger = issueIdentity({
    authoritySecret: new Uint8Array(32).fill(8),
    staticSecret: new Uint8Array(32).fill(9),
    validFrom: 0,
    notValidAfter: unix + 1,
  });
  for (
    const [server, failure] of [
      [stranger, "wrong-authority-key"],
      [{ ...stranger, certificate: identity.certificate }, "wrong-authority-key"],
      // With the key but not its secret the key exchange comes out different.
      [{ ...identity, staticSecret: stranger.staticSecret }, "act-2-unauthentic"],
    ] as const
  ) {
    const initiator = new Initiator({ authorityKey, ephemeral: generateEphemeral(random), unix });
    const { act2 } = new Responder({ identity: server, ephemeral: generateEphemeral(random) })
      .receive(initiator.act1());
    throws(() => initiator.receive(act2), isFailure(failure));
  }
});

Deno.test("NOISE-34 without an authority key a server is taken, and called unauthenticated", () => {
  const ephemeral = generateEphemeral(random);
  const initiator = new Initiator({ ephemeral, unix });
  strictEqual(initiator.authenticated, false);
  strictEqual(new Initiator({ authorityKey, ephemeral, unix }).authenticated, true);
  const responder = new Responder({ identity, ephemeral: generateEphemeral(random) });
  const { act2, split } = responder.receive(initiator.act1());
  deepStrictEqual(initiator.receive(act2).sendKey, split.receiveKey);
});

Deno.test("NOISE-33, NOISE-38 an ephemeral key is erased by its handshake and cannot serve another", () => {
  const [ours, theirs] = [generateEphemeral(random), generateEphemeral(random)];
  const initiator = new Initiator({ authorityKey, ephemeral: ours, unix });
  const responder = new Responder({ identity, ephemeral: theirs });
  const { act2 } = responder.receive(initiator.act1());
  initiator.receive(act2);
  for (const { secret } of [ours, theirs]) deepStrictEqual(secret, new Uint8Array(32));
  throws(() => initiator.receive(act2), UsageError);
  throws(() => responder.receive(ours.encoding), UsageError);
  throws(() => new Responder({ identity, ephemeral: theirs }).receive(ours.encoding));
  notDeepStrictEqual(identity.staticSecret, new Uint8Array(32));
});

Deno.test("NOISE-33, NOISE-38 a handshake that fails erases its key too, and tells none of it", () => {
  const ephemeral = generateEphemeral(random);
  const secret = ephemeral.secret.toHex();
  const initiator = new Initiator({ authorityKey, ephemeral, unix });
  throws(() => initiator.receive(new Uint8Array(ACT2_SIZE)), (error) => {
    return error instanceof HandshakeError && !`${error.stack}${error.cause}`.includes(secret);
  });
  deepStrictEqual(ephemeral.secret, new Uint8Array(32));
  throws(() => initiator.receive(new Uint8Array(ACT2_SIZE)), UsageError);
});

Deno.test("acts of another length are the caller's fault", () => {
  for (const length of [0, 63, 65, 170, 233, 235]) {
    const { initiator } = shake();
    throws(() => initiator.receive(new Uint8Array(length)), UsageError);
    const responder = new Responder({ identity, ephemeral: generateEphemeral(random) });
    throws(() => responder.receive(new Uint8Array(length)), UsageError);
  }
});

Deno.test("Initiator refuses an authority key that is not a key", () => {
  const ephemeral = generateEphemeral(random);
  for (const key of [new Uint8Array(32), new Uint8Array(31), new Uint8Array(32).fill(0xff)]) {
    throws(() => new Initiator({ authorityKey: key, ephemeral, unix }), UsageError);
  }
});

// Every way to get the order or the contents of Act 2 wrong that §4.5 leaves open to a reader.
const MISTAKES = [
  "NOISE-9 the responder's encoding first in ee",
  "NOISE-9 the responder's encoding first in es",
  "NOISE-17 the plaintext mixed in, not the ciphertext",
  "NOISE-17 no associated data",
  "NOISE-20 no empty payload mixed in after e",
  "NOISE-22 no MixHash(e)",
  "NOISE-22 es before ee",
  "NOISE-22 the certificate before es",
  "NOISE-22 es with the ephemeral secret",
  "NOISE-12 the counter going on after es",
  "NOISE-28 the 64-byte encoding signed",
] as const;

Deno.test("NOISE-22, NOISE-23 Act 2 is that of a responder written by the letter of §4.5", () => {
  for (let i = 0; i < 5; i++) {
    const [ours, theirs] = [generateEphemeral(random), generateEphemeral(random)];
    const expected = byTheLetter(ours.encoding, theirs);
    deepStrictEqual(
      new Responder({ identity, ephemeral: theirs }).receive(ours.encoding).act2,
      expected,
    );
    ok(initiatorOf(ours).receive(expected));
  }
});

Deno.test("NOISE-9, NOISE-12, NOISE-17, NOISE-20, NOISE-22, NOISE-23, NOISE-28 each mistake is noticed", () => {
  for (const mistake of MISTAKES) {
    const [ours, theirs] = [generateEphemeral(random), generateEphemeral(random)];
    const act2 = byTheLetter(ours.encoding, theirs, mistake);
    throws(
      () => initiatorOf(ours).receive(act2),
      isFailure(/signed/.test(mistake) ? "wrong-authority-key" : "act-2-unauthentic"),
      mistake,
    );
  }
});

/** A responder of @noble alone and in one piece, that can be told to make one of the mistakes. */
function byTheLetter(
  re: Uint8Array,
  e: EphemeralKey,
  mistake?: typeof MISTAKES[number],
): Uint8Array {
  const is = (wrong: typeof MISTAKES[number]): boolean => mistake === wrong;
  let ck = sha256(new TextEncoder().encode("Noise_NX_Secp256k1+EllSwift_ChaChaPoly_SHA256"));
  let h = sha256(ck);
  let k = new Uint8Array(32);
  let n = 0;
  const mixHash = (data: Uint8Array): void => void (h = sha256(concatBytes(h, data)));
  const mixKey = (secret: Uint8Array, encoding: Uint8Array, swap: boolean, keep = false): void => {
    const ends = swap ? [encoding, re] : [re, encoding];
    const tag = sha256(new TextEncoder().encode("bip324_ellswift_xonly_ecdh"));
    const x = secp256k1.getSharedSecret(secret, Uint8Array.of(2, ...decodeX(re))).slice(1);
    const temp = hmacSha256(ck, sha256(concatBytes(tag, tag, ...ends, x)));
    ck = hmacSha256(temp, Uint8Array.of(1));
    k = Uint8Array.from(hmacSha256(temp, concatBytes(ck, Uint8Array.of(2))));
    if (!keep) n = 0;
  };
  const seal = (plaintext: Uint8Array): Uint8Array => {
    const nonce = Uint8Array.of(0, 0, 0, 0, n++, 0, 0, 0, 0, 0, 0, 0);
    const associated = is("NOISE-17 no associated data") ? new Uint8Array(0) : h;
    const sealed = chacha20poly1305(k, nonce, associated).encrypt(plaintext);
    mixHash(is("NOISE-17 the plaintext mixed in, not the ciphertext") ? plaintext : sealed);
    return sealed;
  };
  const s = identity.staticEncoding;
  const ee = (): void =>
    mixKey(e.secret, e.encoding, is("NOISE-9 the responder's encoding first in ee"));
  const es = (): void =>
    mixKey(
      is("NOISE-22 es with the ephemeral secret") ? e.secret : staticSecret,
      s,
      is("NOISE-9 the responder's encoding first in es"),
      is("NOISE-12 the counter going on after es"),
    );
  mixHash(re);
  if (!is("NOISE-20 no empty payload mixed in after e")) mixHash(new Uint8Array(0));
  if (!is("NOISE-22 no MixHash(e)")) mixHash(e.encoding);
  const esFirst = is("NOISE-22 es before ee");
  (esFirst ? es : ee)();
  const sealedKey = seal(s);
  let { certificate } = identity;
  if (is("NOISE-28 the 64-byte encoding signed")) {
    const terms = certificate.subarray(0, 10);
    const aux = new Uint8Array(32);
    certificate = concatBytes(
      terms,
      schnorr.sign(sha256(concatBytes(terms, s)), authoritySecret, aux),
    );
  }
  if (is("NOISE-22 the certificate before es")) {
    return concatBytes(e.encoding, sealedKey, seal(certificate));
  }
  (esFirst ? ee : es)();
  return concatBytes(e.encoding, sealedKey, seal(certificate));
}

/** An initiator with a copy of `ephemeral`, so that it can be tried again and again. */
function initiatorOf(ephemeral: EphemeralKey): Initiator {
  const copy = { ...ephemeral, secret: ephemeral.secret.slice() };
  return new Initiator({ authorityKey, ephemeral: copy, unix });
}

function shake() {
  const initiator = new Initiator({ authorityKey, ephemeral: generateEphemeral(random), unix });
  const responder = new Responder({ identity, ephemeral: generateEphemeral(random) });
  return { initiator, ...responder.receive(initiator.act1()) };
}

function isFailure(failure: string): (error: unknown) => boolean {
  return (error) => error instanceof HandshakeError && error.failure === failure;
}

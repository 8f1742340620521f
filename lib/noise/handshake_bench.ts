import { schnorr, secp256k1 } from "@noble/curves/secp256k1.js";
import { concatBytes } from "../bitcoin/bytes.ts";
import { issueIdentity } from "./certificate.ts";
import {
  ephemeralKey,
  generateEphemeral,
  generateSecretKey,
  pointAt,
  publicKeyOf,
  sharedX,
  verify,
} from "./crypto.ts";
import { decodeX, encodeX } from "./ellswift.ts";
import { Initiator, Responder } from "./handshake.ts";

// A server's share of a handshake is "Responder" and one "generateEphemeral()", made ahead.

const random = { bytes: (n: number) => crypto.getRandomValues(new Uint8Array(n)) };
const unix = 1_800_000_000;
const authoritySecret = generateSecretKey(random);
const authorityKey = publicKeyOf(authoritySecret);
const staticSecret = generateSecretKey(random);
const identity = issueIdentity({
  authoritySecret,
  staticSecret,
  validFrom: unix - 60,
  notValidAfter: unix + 3600,
});
const { encoding } = generateEphemeral(random);
const message = random.bytes(32);
const signature = schnorr.sign(message, authoritySecret);
const point = pointAt(authorityKey);
const compressed = concatBytes(Uint8Array.of(2), authorityKey);

Deno.bench("Responder with its ephemeral key", { group: "responder", baseline: true }, () => {
  new Responder({ identity, ephemeral: generateEphemeral(random) }).receive(encoding);
});

Deno.bench("Responder.receive()", { group: "responder" }, (bench) => {
  const responder = new Responder({ identity, ephemeral: generateEphemeral(random) });
  bench.start();
  responder.receive(encoding);
  bench.end();
});

Deno.bench("Responder: @noble/curves, the multiplications alone", { group: "responder" }, () => {
  schnorr.getPublicKey(staticSecret);
  secp256k1.getSharedSecret(staticSecret, compressed);
  secp256k1.getSharedSecret(staticSecret, compressed);
});

// The same key each time, so that one answer is right for all.
const secret = generateSecretKey(random);
const seed = random.bytes(32);
const { act2 } = new Responder({ identity, ephemeral: generateEphemeral(random) })
  .receive(ephemeralKey(secret.slice(), seed).encoding);

Deno.bench("Initiator with its ephemeral key", { group: "initiator", baseline: true }, () => {
  const ephemeral = ephemeralKey(secret.slice(), seed);
  const initiator = new Initiator({ authorityKey, ephemeral, unix });
  initiator.act1();
  initiator.receive(act2);
});

Deno.bench("Initiator: @noble/curves, the multiplications alone", { group: "initiator" }, () => {
  schnorr.getPublicKey(staticSecret);
  secp256k1.getSharedSecret(staticSecret, compressed);
  secp256k1.getSharedSecret(staticSecret, compressed);
  schnorr.verify(signature, message, authorityKey);
});

Deno.bench("generateEphemeral()", { group: "rest" }, () => {
  generateEphemeral(random);
});

Deno.bench("sharedX()", { group: "multiplication", baseline: true }, () => {
  sharedX(staticSecret, point);
});

Deno.bench("sharedX(), as @noble/curves", { group: "multiplication" }, () => {
  secp256k1.getSharedSecret(staticSecret, compressed);
});

Deno.bench("publicKeyOf()", { group: "base point", baseline: true }, () => {
  publicKeyOf(staticSecret);
});

Deno.bench("publicKeyOf(), as @noble/curves", { group: "base point" }, () => {
  schnorr.getPublicKey(staticSecret);
});

Deno.bench("encodeX()", { group: "rest" }, () => {
  encodeX(authorityKey, random.bytes(32));
});

Deno.bench("decodeX()", { group: "rest" }, () => {
  decodeX(encoding);
});

Deno.bench("pointAt()", { group: "rest" }, () => {
  pointAt(authorityKey);
});

Deno.bench("verify(), @noble/curves", { group: "rest" }, () => {
  verify(signature, message, authorityKey);
});

import { schnorr, secp256k1 } from "@noble/curves/secp256k1.js";
import { concatBytes } from "../bitcoin/bytes.ts";
import { issueIdentity } from "./certificate.ts";
import {
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

Deno.bench("Responder.receive()", { group: "side" }, (bench) => {
  const responder = new Responder({ identity, ephemeral: generateEphemeral(random) });
  bench.start();
  responder.receive(encoding);
  bench.end();
});

Deno.bench("Initiator.receive()", { group: "side" }, (bench) => {
  const ephemeral = generateEphemeral(random);
  const initiator = new Initiator({ authorityKey, ephemeral, unix });
  const responder = new Responder({ identity, ephemeral: generateEphemeral(random) });
  const { act2 } = responder.receive(initiator.act1());
  bench.start();
  initiator.receive(act2);
  bench.end();
});

Deno.bench("generateEphemeral()", { group: "side" }, () => {
  generateEphemeral(random);
});

const point = pointAt(authorityKey);
const compressed = concatBytes(Uint8Array.of(2), authorityKey);

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

/**
 * Noise from end to end, with known answers: what is sent byte by byte, what both sides know after
 * each step, and frames sealed with the keys that come out.
 */

import { deepStrictEqual, strictEqual } from "node:assert";
import { bytesFromHex } from "headframe/bitcoin/bytes.ts";
import { sha256 } from "headframe/bitcoin/hash.ts";
import { encodeHeader } from "headframe/frame/header.ts";
import { issueIdentity, type ServerIdentity } from "headframe/noise/certificate.ts";
import { AEAD } from "headframe/noise/ciphers.ts";
import {
  generateEphemeral,
  hashSharedX,
  pointAt,
  publicKeyOf,
  sharedX,
} from "headframe/noise/crypto.ts";
import { decodeX } from "headframe/noise/ellswift.ts";
import { Initiator, Responder } from "headframe/noise/handshake.ts";
import { SymmetricState } from "headframe/noise/symmetric.ts";
import { FrameOpener, FrameSealer } from "headframe/noise/transport.ts";
import { seededRandom } from "./support/fake_host.ts";
import vectors from "./vectors/noise.json" with { type: "json" };

type Handshake = typeof vectors.noise_handshake_derived.vectors[number];

for (const vector of vectors.noise_handshake_derived.vectors) {
  Deno.test(`NOISE-22, NOISE-23, NOISE-24 the handshake of the vectors, ${vector.label}`, () => {
    const initiator = new Initiator({
      authorityKey: bytesFromHex(vector.authority_public_x_only),
      ephemeral: {
        secret: bytesFromHex(vector.initiator_ephemeral_secret),
        encoding: bytesFromHex(vector.act1),
      },
      unix: vector.certificate.valid_from,
    });
    strictEqual(initiator.act1().toHex(), vector.act1);
    const responder = new Responder({
      identity: identityOf(vector),
      ephemeral: {
        secret: bytesFromHex(vector.responder_ephemeral_secret),
        encoding: bytesFromHex(vector.act2_parts.e),
      },
    });
    const { act2, split } = responder.receive(bytesFromHex(vector.act1));
    strictEqual(act2.toHex(), vector.act2);
    strictEqual(split.receiveKey.toHex(), vector.k1_initiator_to_responder);
    strictEqual(split.sendKey.toHex(), vector.k2_responder_to_initiator);
    const ours = initiator.receive(bytesFromHex(vector.act2));
    strictEqual(ours.sendKey.toHex(), vector.k1_initiator_to_responder);
    strictEqual(ours.receiveKey.toHex(), vector.k2_responder_to_initiator);
    strictEqual(ours.handshakeHash.toHex(), vector.states.at(-1)?.h);
  });

  Deno.test(`NOISE-8, NOISE-14, NOISE-16, NOISE-17 each state of the vectors, ${vector.label}`, () => {
    const states = [...vector.states];
    const state = new SymmetricState(AEAD);
    const reached = (): void => strictEqual(state.hash.toHex(), states.shift()?.h);
    const [re, e] = [bytesFromHex(vector.act1), bytesFromHex(vector.act2_parts.e)];
    const { staticEncoding, staticSecret, certificate } = identityOf(vector);
    const point = pointAt(decodeX(re));
    const mix = (secret: Uint8Array, responder: Uint8Array, expected: string): void => {
      const mixed = hashSharedX({ initiator: re, responder }, sharedX(secret, point));
      strictEqual(mixed.toHex(), expected);
      state.mixKey(mixed);
      reached();
    };
    reached();
    state.mixHash(re);
    reached();
    state.encryptAndHash(new Uint8Array(0));
    reached();
    state.mixHash(e);
    reached();
    mix(bytesFromHex(vector.responder_ephemeral_secret), e, vector.ecdh_ee);
    strictEqual(state.encryptAndHash(staticEncoding).toHex(), vector.act2_parts.enc_s);
    reached();
    mix(staticSecret, staticEncoding, vector.ecdh_es);
    strictEqual(state.encryptAndHash(certificate).toHex(), vector.act2_parts.enc_cert);
    reached();
    strictEqual(states.length, 0);
  });
}

Deno.test("FRAME-13, FRAME-15, FRAME-16, FRAME-17, FRAME-18, FRAME-21 frames of the vectors, sealed", () => {
  const sealers = new Map(
    directions().map(([direction, key]) => [direction, new FrameSealer(key)]),
  );
  for (const vector of vectors.transport_derived.vectors) {
    const frame = frameOf(vector);
    const sealer = sealers.get(vector.direction);
    const sealed = new Uint8Array(vector.ciphertext_len);
    strictEqual(sealer?.seal(frame, sealed, 0), vector.ciphertext_len);
    strictEqual(sha256(sealed).toHex(), vector.ciphertext_sha256, vector.label);
    if (vector.ciphertext !== undefined) strictEqual(sealed.toHex(), vector.ciphertext);
  }
});

Deno.test("FRAME-13, FRAME-16, FRAME-20, FRAME-21 frames of the vectors, opened in pieces", () => {
  for (const [direction, key] of directions()) {
    const sealer = new FrameSealer(key);
    const opener = new FrameOpener(key);
    for (const vector of vectors.transport_derived.vectors) {
      if (vector.direction !== direction) continue;
      const frame = frameOf(vector);
      const sealed = new Uint8Array(vector.ciphertext_len);
      sealer.seal(frame, sealed, 0);
      let payload: Uint8Array | undefined;
      for (let at = 0; at < sealed.length; at += 1_999) {
        opener.push(sealed.subarray(at, at + 1_999), (opened) => payload = opened.payload.slice());
      }
      deepStrictEqual(payload, frame.slice(6), vector.label);
    }
  }
});

Deno.test("NOISE-24 the first frame of each side opens with its own key only", () => {
  const random = seededRandom(5);
  const [authoritySecret, staticSecret] = [random.bytes(32), random.bytes(32)];
  const identity = issueIdentity({ authoritySecret, staticSecret, validFrom: 0, notValidAfter: 9 });
  const initiator = new Initiator({
    authorityKey: publicKeyOf(authoritySecret),
    ephemeral: generateEphemeral(random),
    unix: 5,
  });
  const responder = new Responder({ identity, ephemeral: generateEphemeral(random) });
  const { act2, split: theirs } = responder.receive(initiator.act1());
  const ours = initiator.receive(act2);
  const frame = frameOf({ plaintext_frame: "014001030000aabbcc" });
  for (const [from, to] of [[ours, theirs], [theirs, ours]] as const) {
    const sealed = new Uint8Array(41);
    new FrameSealer(from.sendKey).seal(frame, sealed, 0);
    let opened = 0;
    new FrameOpener(to.receiveKey).push(sealed, () => opened++);
    strictEqual(opened, 1);
    let refused = false;
    try {
      new FrameOpener(to.sendKey).push(sealed, () => opened++);
    } catch {
      refused = true;
    }
    strictEqual(refused, true);
    strictEqual(opened, 1);
  }
});

function identityOf(vector: Handshake): ServerIdentity {
  return {
    ...issueIdentity({
      authoritySecret: bytesFromHex(vector.authority_secret),
      staticSecret: bytesFromHex(vector.responder_static_secret),
      validFrom: vector.certificate.valid_from,
      notValidAfter: vector.certificate.not_valid_after,
    }),
    // One of many encodings: the vector's.
    staticEncoding: bytesFromHex(vector.responder_static_ellswift),
  };
}

function directions(): [string, Uint8Array][] {
  const { k1, k2 } = vectors.transport_derived;
  return [["initiator->responder", bytesFromHex(k1)], ["responder->initiator", bytesFromHex(k2)]];
}

/** The frame itself, or the one the rule describes: a header and payload bytes i mod 251. */
function frameOf(
  { plaintext_frame: hex, plaintext_rule: rule, plaintext_len: length = 0 }: {
    plaintext_frame?: string | undefined;
    plaintext_rule?: string | undefined;
    plaintext_len?: number;
  },
): Uint8Array {
  if (hex !== undefined) return bytesFromHex(hex);
  const [, , msgType = 0] = bytesFromHex(/header (\w+)/.exec(rule ?? "")?.[1] ?? "");
  const frame = new Uint8Array(length);
  encodeHeader({ extensionType: 0x4001, channelMsg: false, msgType, msgLength: length - 6 }, frame);
  for (let i = 6; i < length; i++) frame[i] = (i - 6) % 251;
  return frame;
}

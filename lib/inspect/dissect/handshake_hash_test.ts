import { deepStrictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { seededRandom } from "../../../tests/support/fake_host.ts";
import { SeenSession } from "../../../tests/support/seen_session.ts";
import { UsageError } from "../../errors.ts";
import { handshakeHash } from "./handshake_hash.ts";

Deno.test("handshakeHash() of what is seen is the hash that both sides have", () => {
  for (let seed = 1; seed < 5; seed++) {
    const { act1, act2, split } = new SeenSession(seededRandom(seed));
    deepStrictEqual(handshakeHash(act1, act2), split.handshakeHash);
  }
});

Deno.test("handshakeHash() depends on every byte of both acts", () => {
  const { act1, act2, split } = new SeenSession();
  fc.assert(fc.property(fc.nat(act1.length + act2.length - 1), (at) => {
    const both = Uint8Array.of(...act1, ...act2);
    both[at] = (both[at] ?? 0) ^ 1;
    const hash = handshakeHash(both.subarray(0, act1.length), both.subarray(act1.length));
    return hash.toHex() !== split.handshakeHash.toHex();
  }));
});

Deno.test("handshakeHash() takes nothing but whole acts", () => {
  const { act1, act2 } = new SeenSession();
  throws(() => handshakeHash(act1.subarray(1), act2), UsageError);
  throws(() => handshakeHash(act1, act2.subarray(1)), UsageError);
});

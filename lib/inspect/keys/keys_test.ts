import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { SeenSession } from "../../../tests/support/seen_session.ts";
import { SV2_KEY_LOG } from "../../capture/secrets.ts";
import { OperatorError } from "../../errors.ts";
import { KeyRing, parseKeysByHand } from "./keys.ts";

const session = new SeenSession();
const { receiveKey } = session.split;
const key = "ab".repeat(32);
const encoder = new TextEncoder();

Deno.test("KeyRing holds so many sessions and no more: the oldest goes", () => {
  const ring = new KeyRing(2);
  const names = ["11", "22", "33"].map((byte) => byte.repeat(32));
  for (const name of names) ring.add(name, "client", new Uint8Array(32));
  strictEqual(ring.size, 2);
  strictEqual(ring.forgotten, 1);
  deepStrictEqual([...ring.all()].map(({ session }) => session), names.slice(1).reverse());
});

Deno.test("KeyRing tells by its version that a key came in", () => {
  const ring = new KeyRing();
  const before = ring.version;
  ring.addByHand("server", receiveKey);
  ok(ring.version > before);
  deepStrictEqual(ring.byHand?.server, receiveKey);
  strictEqual(ring.byHand?.client, undefined);
  strictEqual(ring.size, 0);
});

Deno.test("KeyRing.addSecrets() reads blocks of our kind, and of no other", () => {
  const ring = new KeyRing();
  deepStrictEqual(ring.addSecrets(0x544c534b, encoder.encode(session.keyLog)), []);
  strictEqual(ring.size, 0);
  strictEqual(ring.addSecrets(SV2_KEY_LOG, encoder.encode(`?\n${session.keyLog}`)).length, 1);
  strictEqual(ring.size, 1);
});

Deno.test("parseKeysByHand() reads sides and their keys, and quotes nothing of what is wrong", () => {
  deepStrictEqual(parseKeysByHand(`client:${key}\n\nSERVER:${key.toUpperCase()}\n`), [
    { side: "client", key: new Uint8Array(32).fill(0xab) },
    { side: "server", key: new Uint8Array(32).fill(0xab) },
  ]);
  for (const wrong of [key, `client:${key}0`, `pool:${key}`, "server:"]) {
    throws(() => parseKeysByHand(wrong), (error: unknown) => {
      ok(error instanceof OperatorError);
      return !error.message.includes(key.slice(0, 8));
    });
  }
});

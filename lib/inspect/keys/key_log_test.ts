import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { SeenSession } from "../../../tests/support/seen_session.ts";
import { type BadLine, KeyLogReader } from "./key_log.ts";
import { KeyRing } from "./keys.ts";

const session = new SeenSession();
const { handshakeHash, sendKey, receiveKey } = session.split;
const hash = handshakeHash.toHex();
const key = "ab".repeat(32);
const encoder = new TextEncoder();

Deno.test("KeyLogReader reads what a role of ours writes", () => {
  const { ring, bad } = read(session.keyLog);
  deepStrictEqual(bad, []);
  deepStrictEqual(ring.of(handshakeHash), { session: hash, client: sendKey, server: receiveKey });
});

Deno.test("KeyLogReader passes over comments, blank lines and the keys of other protocols", () => {
  const log = `# ours\r\n\r\n  \nCLIENT_RANDOM ${key} ${key}${key}\n${session.keyLog}`;
  const { ring, bad } = read(log);
  deepStrictEqual(bad, []);
  strictEqual(ring.size, 1);
});

Deno.test("KeyLogReader tells each bad line by its number, and nothing of its content", () => {
  const { ring, bad } = read([
    "SV2_CLIENT_TO_SERVER",
    `SV2_CLIENT_TO_SERVER ${hash} ${key.slice(2)}`,
    `SV2_CLIENT_TO_SERVER ${hash} ${key} ${key}`,
    `SV2_SOMETHING ${hash} ${key}`,
    key,
    `SV2_SERVER_TO_CLIENT ${hash} ${key}`,
    `SV2_SERVER_TO_CLIENT ${hash} ${"cd".repeat(32)}`,
    "a".repeat(5_000),
  ].join("\n"));
  deepStrictEqual(bad, [
    { line: 1, problem: "SV2_CLIENT_TO_SERVER needs a handshake hash of 64 hexadecimal digits" },
    { line: 2, problem: "SV2_CLIENT_TO_SERVER needs a key of 64 hexadecimal digits" },
    { line: 3, problem: "SV2_CLIENT_TO_SERVER has more than a handshake hash and a key" },
    { line: 4, problem: "no label of a key log" },
    { line: 5, problem: "no label of a key log" },
    { line: 7, problem: "SV2_SERVER_TO_CLIENT has another key for a session that came before" },
    { line: 8, problem: "longer than 512 characters" },
  ]);
  strictEqual(ring.of(handshakeHash)?.server?.toHex(), key);
});

Deno.test("KeyLogReader reads the same in pieces of any size", () => {
  const log = encoder.encode(`bad\n# ${"x".repeat(600)}\n${session.keyLog.trimEnd()}`);
  fc.assert(fc.property(fc.array(fc.nat(log.length), { maxLength: 8 }), (cuts) => {
    const ring = new KeyRing();
    const bad: BadLine[] = [];
    const reader = new KeyLogReader(ring, (line) => bad.push(line));
    const edges = [0, ...cuts.sort((a, b) => a - b), log.length];
    for (const [i, from] of edges.entries()) reader.push(log.subarray(from, edges[i + 1]));
    reader.end();
    strictEqual(bad.length, 1);
    deepStrictEqual(ring.of(handshakeHash)?.client, sendKey);
  }));
});

Deno.test("KeyLogReader uses the last key of a log that has no line break yet, and waits for half of one", () => {
  const ring = new KeyRing();
  const bad: BadLine[] = [];
  const reader = new KeyLogReader(ring, (line) => bad.push(line));
  const log = session.keyLog.trimEnd();
  reader.push(encoder.encode(log.slice(0, -1)));
  reader.pause();
  deepStrictEqual(ring.of(handshakeHash), { session: hash, client: sendKey, server: undefined });
  reader.push(encoder.encode(log.slice(-1)));
  reader.pause();
  deepStrictEqual(ring.of(handshakeHash)?.server, receiveKey);
  reader.push(encoder.encode("\n?\n"));
  deepStrictEqual(bad.map(({ line }) => line), [3]);
});

Deno.test("KeyLogReader takes any bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 2_000, size: "max" }), (bytes) => {
    const reader = new KeyLogReader(new KeyRing(), () => {});
    reader.push(bytes);
    reader.end();
  }));
});

function read(text: string): { ring: KeyRing; bad: BadLine[] } {
  const ring = new KeyRing();
  const bad: BadLine[] = [];
  const reader = new KeyLogReader(ring, (line) => bad.push(line));
  reader.push(encoder.encode(text));
  reader.end();
  return { ring, bad };
}

Deno.test("KeyLogReader reads who the server is, which opens nothing", () => {
  const ring = new KeyRing();
  const bad: BadLine[] = [];
  const reader = new KeyLogReader(ring, (line) => bad.push(line));
  reader.push(encoder.encode(`SV2_AUTHORITY ${hash} ${"07".repeat(32)}\n`));
  deepStrictEqual(bad, []);
  const keys = ring.of(handshakeHash);
  deepStrictEqual(keys?.authority, new Uint8Array(32).fill(7));
  deepStrictEqual([keys?.client, keys?.server], [undefined, undefined]);
});

import { strictEqual } from "node:assert";
import { keyLogLines } from "./key_log.ts";

Deno.test("keyLogLines() says the same from both sides: label, session, key, one line each", () => {
  const [one, two] = [new Uint8Array(32).fill(0x11), new Uint8Array(32).fill(0x22)];
  const handshakeHash = new Uint8Array(32).fill(0x33);
  const lines = `SV2_CLIENT_TO_SERVER ${"33".repeat(32)} ${"11".repeat(32)}\n` +
    `SV2_SERVER_TO_CLIENT ${"33".repeat(32)} ${"22".repeat(32)}\n`;
  strictEqual(keyLogLines({ sendKey: one, receiveKey: two, handshakeHash }, "client"), lines);
  strictEqual(keyLogLines({ sendKey: two, receiveKey: one, handshakeHash }, "server"), lines);
});

Deno.test("keyLogLines() says who the server is, where that is known", () => {
  const key = new Uint8Array(32).fill(0x11);
  const split = { sendKey: key, receiveKey: key, handshakeHash: new Uint8Array(32).fill(0x33) };
  const lines = keyLogLines(split, "client", new Uint8Array(32).fill(0x44)).split("\n");
  strictEqual(lines[2], `SV2_AUTHORITY ${"33".repeat(32)} ${"44".repeat(32)}`);
});

import { strictEqual } from "node:assert/strict";
import { ACT1_SIZE } from "../../noise/handshake.ts";
import { beginsLine, guessFromStart } from "./guess.ts";

const NOTHING = new Uint8Array();
const act1 = Uint8Array.from({ length: ACT1_SIZE }, (_, i) => i === 0 ? 0x7b : 0x80 + i);

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

Deno.test("beginsLine() knows Stratum V1 by its first line, in pieces of any size", () => {
  const line = bytesOf('\r\n {"id":1,"method":"mining.subscribe","params":[]}\n');
  let told: boolean | undefined;
  for (let length = 0; told === undefined; length++) {
    told = beginsLine(line.subarray(0, length));
    strictEqual(length < 30, true, "told late");
  }
  strictEqual(told, true);
});

Deno.test("beginsLine() takes no Act 1 for a line, though it begins with a brace", () => {
  for (let length = 2; length <= ACT1_SIZE; length++) {
    strictEqual(beginsLine(act1.subarray(0, length)), false);
  }
  strictEqual(beginsLine(act1.subarray(0, 1)), undefined);
  strictEqual(beginsLine(Uint8Array.of(...bytesOf('{"id":1'), 0x80)), false);
});

Deno.test("beginsLine() always tells after as many bytes as Act 1 has", () => {
  for (const text of [" ".repeat(64), `${" ".repeat(63)}{`, "x".repeat(64)]) {
    strictEqual(beginsLine(bytesOf(text)), text.includes("{"));
  }
  strictEqual(beginsLine(bytesOf(" ".repeat(63))), undefined);
  strictEqual(beginsLine(bytesOf("GET / HTTP/1.1")), false);
});

Deno.test("guessFromStart() knows a client of Noise whose first byte is a brace", () => {
  const down = new Uint8Array(234);
  strictEqual(guessFromStart({ up: act1.subarray(0, 1), down: NOTHING, isAct1: false }), undefined);
  strictEqual(guessFromStart({ up: act1, down, isAct1: true }), "noise");
});

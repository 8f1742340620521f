import { ok, strictEqual } from "node:assert/strict";
import * as wasm from "./kernel.wasm";
import { BYTES } from "./memory.ts";

Deno.test("the kernel's own memory ends before the slots, and slots end a page before all memory", () => {
  ok(wasm.END <= wasm.ARENA, `ends at ${wasm.END}`);
  strictEqual(BYTES.length, wasm.ARENA + wasm.ARENA_SIZE + 65536);
});

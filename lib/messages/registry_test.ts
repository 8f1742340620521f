import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { messageOf, MESSAGES, TLVS } from "./registry.ts";

Deno.test("EXT-1 every message and TLV is of the core or of an allocated extension", () => {
  const extensions = [...MESSAGES.map(({ extension }) => extension)];
  const tlvs = TLVS.map(({ extensionType }) => extensionType);
  deepStrictEqual([...new Set([...extensions, ...tlvs])].sort(), [0, 1, 2]);
  for (const id of [...extensions, ...tlvs]) ok(id < 0x4000, "ids from 0x4000 on are experimental");
});

Deno.test("messageOf() knows what is in the registry, and nothing else", () => {
  for (const message of MESSAGES) strictEqual(messageOf(message.extension, message.id), message);
  for (const [extension, id] of [[0, 0x1e], [0, 0xff], [1, 3], [2, 0], [0x7fff, 0]] as const) {
    strictEqual(messageOf(extension, id), undefined);
  }
});

import { deepStrictEqual, strictEqual } from "node:assert";
import { specName } from "../lib/codec/message.ts";
import { messageOf, MESSAGES } from "../lib/messages/registry.ts";
import tables from "./vectors/spec_tables.json" with { type: "json" };

const RESERVED = 0x1e;

for (const message of MESSAGES) {
  const { name, spec, from, fields } = message;
  Deno.test(`TYPE-1 ${name} has the fields of SV2 §${spec}, in order`, () => {
    const table = tables.messages.find((table) => table.name === name && table.spec === spec);
    deepStrictEqual({
      from,
      fields: Object.entries(fields).map(([key, field]) => [specName(key, field), field.wire]),
    }, { from: table?.from, fields: table?.fields });
  });
}

Deno.test("every table of the specification has a definition", () => {
  strictEqual(tables.messages.length, 44);
  deepStrictEqual(
    tables.messages.map(({ name, spec }) => `${spec} ${name}`).sort(),
    MESSAGES.map(({ name, spec }) => `${spec} ${name}`).sort(),
  );
});

Deno.test("FRAME-10 msg_type and channel bit are those of SV2 §8 and extension 0x0001 §3", () => {
  deepStrictEqual(
    MESSAGES.map(({ extension, id, channel, name }) => ({ extension, id, channel, name })),
    tables.types.filter((row) => row.name !== "Reserved"),
  );
});

Deno.test("FRAME-11 no msg_type that SV2 §8 leaves out, or reserves, is a message", () => {
  strictEqual(tables.types.find((row) => row.name === "Reserved")?.id, RESERVED);
  for (const extension of [0, 1, 2, 3, 0x4abc, 0x7fff]) {
    const known = new Set(
      tables.types.filter((row) => row.extension === extension && row.id !== RESERVED)
        .map((row) => row.id),
    );
    for (let id = 0; id < 256; id++) {
      strictEqual(messageOf(extension, id) !== undefined, known.has(id), `${extension} ${id}`);
    }
  }
});

Deno.test("FRAME-2, EXT-11 extension_type is 0 for the core and 1 for the negotiation", () => {
  for (const { protocol, extension } of MESSAGES) {
    strictEqual(extension, protocol === "extensions" ? 1 : 0);
  }
});

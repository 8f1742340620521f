import { strictEqual } from "node:assert";
import { MESSAGES, TLVS } from "../messages/registry.ts";
import { describe } from "./describe.ts";

Deno.test("describe() is what docs/messages.md says: if not, run scripts/messages.ts", async () => {
  const written = await Deno.readTextFile(new URL("../../docs/messages.md", import.meta.url));
  strictEqual(written, describe(MESSAGES, TLVS));
});

Deno.test("describe() names every message, field and size", () => {
  const text = describe(MESSAGES, TLVS);
  for (const { name, fields } of MESSAGES) {
    strictEqual(text.includes(`### ${name}\n`), true, name);
    for (const { doc } of Object.values(fields)) strictEqual(text.includes(doc), true, doc);
  }
  strictEqual(
    text.includes("SV2 §5.3.17 · server → client · type 0x20 · channel bit · 48 bytes"),
    true,
  );
  strictEqual(
    text.includes("### user_identity\n\nextension 0x0002 §1.1 · after SubmitSharesExtended"),
    true,
  );
});

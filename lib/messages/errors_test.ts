import { match, ok } from "node:assert";
import { ERROR_CODES } from "./errors.ts";

const page = await Deno.readTextFile(new URL("../../docs/messages.md", import.meta.url));

Deno.test("ERR-3, ERR-4 error codes are printable ASCII without spaces", () => {
  for (const code of Object.values(ERROR_CODES).flatMap((codes) => Object.keys(codes))) {
    match(code, /^[!-~]{1,255}$/);
  }
});

Deno.test("ERR-5 docs/messages.md says what each error code of each message means", () => {
  for (const [message, codes] of Object.entries(ERROR_CODES)) {
    const sections = page.split(/\n(?=#+ )/).filter((section) => section.includes(message));
    for (const [code, meaning] of Object.entries(codes)) {
      const row = `| \`${code}\` | ${meaning} |`;
      ok(
        meaning.length > 10 && sections.some((section) => section.includes(row)),
        `${message} ${code}`,
      );
    }
  }
});

/** Real programs' traffic, kept in tests/captures/: all of it means something. */

import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Decoded } from "./interop/support/decoded.ts";

const folder = new URL("./captures/", import.meta.url);
const names = [...Deno.readDirSync(folder)].map(({ name }) => name)
  .filter((name) => name.endsWith(".pcapng")).sort();

for (const name of names) {
  Deno.test(`${name} decodes without an unknown byte, and nobody breaks more than CONN-4`, async () => {
    // Throws if anything is not understood.
    const seen = Decoded.read(await Deno.readFile(new URL(name, folder)));
    ok(seen.frames.length >= 10);
    deepStrictEqual(
      new Set(seen.findings.map(({ id }) => id)).difference(new Set(["CONN-4"])),
      new Set(),
    );
    ok(seen.findings.every(({ by }) => by === "client"));
  });
}

Deno.test("tests/captures/README.md tells the story of each capture", async () => {
  const readme = await Deno.readTextFile(new URL("README.md", folder));
  const prefix = "jd_client_sv2_";
  const untold = names.filter((name) =>
    !readme.includes(name) &&
    !(name.startsWith(prefix) && readme.includes(`…_${name.slice(prefix.length, -7)}`))
  );
  deepStrictEqual(untold, []);
  strictEqual(names.length, 8);
});

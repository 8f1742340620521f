/** Every file of examples/ is one that its command would run with. */

import { deepStrictEqual, ok } from "node:assert";
import { SERVICES } from "../commands/commands.ts";
import { findSettings, problemsOf, warningsOf } from "../commands/find.ts";
import { settingsOf } from "../commands/run.ts";
import { describeProblem } from "../lib/config/sources.ts";
import { generateSecretKey } from "../lib/noise/crypto.ts";
import { formatSecretKey } from "../lib/noise/keys.ts";

const examples = new URL("../examples/", import.meta.url);
const random = { bytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)) };

for (const { name } of Deno.readDirSync(examples)) {
  if (!name.endsWith(".toml")) continue;
  Deno.test(`examples/${name} has nothing wrong with it, once its key is made`, async () => {
    const directory = await Deno.makeTempDir({ prefix: "headframe-example-" });
    try {
      const config = `${directory}/${name}`;
      await Deno.copyFile(new URL(name, examples), config);
      for (const key of ["pool.key", "tp.key"]) {
        const secret = formatSecretKey(generateSecretKey(random));
        await Deno.writeTextFile(`${directory}/${key}`, secret, { mode: 0o600 });
      }
      const command = SERVICES.find((each) => name.startsWith(each.name));
      ok(command !== undefined, `${name} is named after its command`);
      const found = await findSettings(command, settingsOf(command), { flags: {}, config });
      deepStrictEqual([...problemsOf(found), ...warningsOf(found)].map(describeProblem), []);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  });
}

import { path, positional, text, toggle } from "../lib/config/kinds.ts";
import { OperatorError, reasonOf } from "../lib/errors.ts";
import { generateSecretKey, publicKeyOf } from "../lib/noise/crypto.ts";
import { formatAuthorityKey, formatSecretKey } from "../lib/noise/keys.ts";
import { command, type Group } from "./command.ts";
import { judgeKey, readKeyFile } from "./key_file.ts";

const json = toggle("Answer in JSON", false);

const generate = command({
  name: "generate",
  summary: "Make an authority key pair for a server: the secret to a file, the public key to you",
  examples: ["keys generate pool.key"],
  settings: {
    file: positional(path("File to create for the secret key", "authority.key")),
    json,
  },
  async run({ file, json }, { host, terminal }) {
    const secret = generateSecretKey(host.random);
    await createKeyFile(file, `${formatSecretKey(secret)}\n`);
    const publicKey = formatAuthorityKey(publicKeyOf(secret));
    if (json) terminal.print(JSON.stringify({ file, public_key: publicKey }));
    else {
      terminal.print(publicKey);
      terminal.tell(`The secret key is in ${file}, readable by you only: back it up.`);
      terminal.tell(
        `Servers take it as --authority-secret-key-file ${file}; miners need the line above.`,
      );
    }
  },
});

const show = command({
  name: "show",
  summary: "Print the public key that belongs to a secret key file",
  examples: ["keys show pool.key"],
  settings: { file: positional(path("File that `keys generate` made")), json },
  async run({ file, json }, { terminal }) {
    const publicKey = formatAuthorityKey(publicKeyOf(await readKeyFile(file)));
    terminal.print(json ? JSON.stringify({ public_key: publicKey }) : publicKey);
  },
});

const check = command({
  name: "check",
  summary: "Say whether a public key, or the key in a file, is right, and if not, why",
  examples: [
    "keys check 9auqWEzQDVyd2oe1JVGFLMLHZtCo2FFqZwtKA5gd9xbuEu7PH72",
    "keys check pool.key",
  ],
  settings: {
    key: positional(text("Public key, or the path of a file with a key", undefined, 4096)),
    json,
  },
  async run({ key, json }, { terminal }) {
    const { kind, publicKey, problem, note } = await judgeKey(key);
    if (json) {
      terminal.print(
        JSON.stringify({
          kind,
          public_key: publicKey ?? null,
          problem: problem ?? null,
          note: note ?? null,
        }),
      );
    } else if (problem === undefined) terminal.print(`${kind} key, right; public key ${publicKey}`);
    if (note !== undefined && !json) terminal.tell(note);
    if (problem !== undefined) throw new OperatorError("config", problem);
  },
});

/**
 * `headframe keys`: makes, shows and checks authority keys. A secret goes to a file, never to the
 * screen.
 */
export const keys: Group = {
  name: "keys",
  summary: "Make and check the keys by which miners know a server",
  commands: [generate, show, check],
};

async function createKeyFile(file: string, content: string): Promise<void> {
  try {
    using handle = await Deno.open(file, { createNew: true, write: true, mode: 0o600 });
    await handle.write(new TextEncoder().encode(content));
    await handle.sync();
  } catch (cause) {
    const why = cause instanceof Deno.errors.AlreadyExists
      ? "it exists, and a key that is lost cannot be made again; choose another name"
      : reasonOf(cause);
    throw new OperatorError("config", `Cannot write ${file}: ${why}`, { cause });
  }
}

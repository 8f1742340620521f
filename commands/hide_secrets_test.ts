import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { FakeHost } from "../tests/support/fake_host.ts";
import { formatAuthorityKey, formatSecretKey } from "../lib/noise/keys.ts";
import { hidingSecrets } from "./hide_secrets.ts";
import { runProgram } from "./program.ts";

function listening() {
  const said: string[] = [];
  const terminal = {
    isWatched: false,
    feed: (text: string) => void said.push(text),
    fed: () => Promise.resolve(),
    print: (text: string) => void said.push(text),
    tell: (line: string) => void said.push(line),
    status: () => {},
  };
  return { terminal, said };
}

const keys = fc.uint8Array({ minLength: 32, maxLength: 32 }).filter(([first = 0]) => first > 0);

Deno.test("hidingSecrets() shows no secret key, and every public one", () => {
  fc.assert(fc.property(keys, (key) => {
    const { terminal, said } = listening();
    const publicKey = formatAuthorityKey(key);
    const secret = formatSecretKey(key);
    const hiding = hidingSecrets(terminal);
    hiding.tell(`stratum2+tcp://127.0.0.1:3333/${publicKey}`);
    hiding.tell(`--x=${secret}: '${secret}'`);
    hiding.print(`{"a":"${secret}"}`);
    hiding.feed(`b ${secret}`);
    strictEqual(said[0], `stratum2+tcp://127.0.0.1:3333/${publicKey}`);
    ok(!said.join().includes(secret));
  }));
});

Deno.test("hidingSecrets() hides words of base58 by their length, wherever they stand", () => {
  const word = fc.stringMatching(/^[0-9A-Za-z]{40,56}$/);
  const text = fc.array(fc.oneof(word, fc.string({ maxLength: 50 })), { maxLength: 8 });
  fc.assert(fc.property(text, fc.constantFrom(" ", "", "/", "é"), (words, between) => {
    const { terminal, said } = listening();
    hidingSecrets(terminal).print(words.join(between));
    const expected = words.join(between).replace(
      /(?<![0-9A-Za-z])[1-9A-HJ-NP-Za-km-z]{47,50}(?![0-9A-Za-z])/g,
      (word) => /^[0-9a-f]+$/.test(word) ? word : "(hidden, as it looks like a secret key)",
    );
    strictEqual(said[0], expected);
  }));
});

Deno.test("hidingSecrets() leaves hashes and addresses alone", () => {
  const { terminal, said } = listening();
  const lines = [
    "000000cf56368acf908ec4d26d1e209587f1c1692dbb389126ceb8a27653737c",
    "user=bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080.garage",
    "1BoatSLRHtKNngkdXEeobR76b53LETtpyT",
    "1a".repeat(24),
    `{"raw":"${"c4".repeat(25)}"}`,
    "bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr",
  ];
  for (const line of lines) hidingSecrets(terminal).tell(line);
  deepStrictEqual(said, lines);
});

for (
  const line of [
    "pool --authority-secret-key=SECRET",
    "pool --authority-secret-key SECRET",
    "pool --authority-secret-key-file SECRET",
    "config check tp --json --authority-secret-key-file SECRET",
    "tp SECRET",
    "keys show SECRET",
    "ping 127.0.0.1:1/SECRET",
  ]
) {
  Deno.test(`headframe ${line} does not show the secret`, async () => {
    const secret = formatSecretKey(new Uint8Array(32).fill(77));
    const { terminal, said } = listening();
    const hostFor = () => new FakeHost();
    const args = line.replace("SECRET", secret).split(" ");
    ok([2, 3].includes(await runProgram(args, { terminal, hostFor })));
    ok(said.length > 0 && !said.join("\n").includes(secret), said.join("\n"));
  });
}

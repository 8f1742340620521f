import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import { OperatorError } from "../errors.ts";
import {
  address,
  alias,
  choice,
  integer,
  listOf,
  number,
  optional,
  path,
  secret,
  text,
  texts,
  toggle,
} from "./kinds.ts";
import { printedSettings, printToml } from "./print.ts";
import { refuseProblems, settle } from "./settle.ts";
import { describeOrigin, describeProblem, type Sources } from "./sources.ts";
import { parseToml } from "./toml.ts";

const SETTINGS = {
  listenAddress: address("Where miners connect", "0.0.0.0:3333"),
  sharesPerMinute: number("Pace", { fallback: 6, min: 0.1, max: 600, unit: "shares/min" }),
  serverId: integer("Which of several", { fallback: 0, min: 0, max: 65535 }),
  network: choice("Chain", ["mainnet", "regtest"], "mainnet"),
  poolSignature: text("Tag", "", 20),
  logFile: optional(path("Log")),
  verbose: toggle("Talk", false),
  templateProvider: alias(
    listOf(address("Node"), []),
    "template_provider_type.Sv2Tp.address",
  ),
  authoritySecretKey: secret("Signs", (given) => {
    if (given !== "sesame") throw new OperatorError("config", "is not the word");
    return given.length;
  }),
};
const FILES: Record<string, { text: string; exposed: boolean }> = {
  "/etc/key": { text: "sesame\n", exposed: false },
  "conf/key": { text: "sesame\n", exposed: true },
};

function from(toml: string, more: Partial<Sources> = {}): Sources {
  return {
    command: "pool",
    file: {
      document: parseToml(toml, "conf/pool.toml"),
      foreign: {
        "jds": { refuse: true, why: "not built" },
        "monitoring_address": { refuse: false, why: "not built" },
      },
    },
    variables: {},
    flags: {},
    readSecret: (path) => {
      const file = FILES[path];
      if (file === undefined) throw new OperatorError("config", `cannot read ${path}`);
      return Promise.resolve(file);
    },
    ...more,
  };
}

async function problemsOf(sources: Sources): Promise<string[]> {
  return (await settle(SETTINGS, sources)).problems.map(describeProblem);
}

Deno.test("settle() takes the flag, else the variable, else the file, else the default", async () => {
  const sources = from('server_id = 1\nshares_per_minute = 12\nauthority_secret_key = "sesame"', {
    variables: { HEADFRAME_POOL_SERVER_ID: "2", HEADFRAME_POOL_NETWORK: "regtest" },
    flags: { serverId: "3", verbose: "true" },
  });
  const settled = await settle(SETTINGS, sources);
  const { values, problems } = settled;
  deepStrictEqual(problems, []);
  strictEqual(values.serverId, 3);
  strictEqual(values.network, "regtest");
  strictEqual(values.sharesPerMinute, 12);
  strictEqual(values.verbose, true);
  strictEqual(values.logFile, undefined);
  deepStrictEqual(values.listenAddress, { hostname: "0.0.0.0", port: 3333 });
  const origins = Object.values(settled.origins).map((origin) => origin && describeOrigin(origin));
  deepStrictEqual(origins, [
    "default",
    "conf/pool.toml:2",
    "--server-id",
    "env HEADFRAME_POOL_NETWORK",
    "default",
    "default",
    "--verbose",
    "default",
    "conf/pool.toml:3",
  ]);
});

Deno.test("settle() reports every problem at once, each with its place", async () => {
  const sources = from(
    [
      'listn_address = "0.0.0.0:1"',
      "shares_per_minute = 7000",
      'server_id = "one"',
      'network = "mainet"',
      "jds = {}",
      'monitoring_address = "x"',
    ].join("\n"),
    {
      variables: { HEADFRAME_POOL_SERVERID: "1", HEADFRAME_POOL_LISTEN_ADDRESS: "nowhere" },
      flags: { poolSignature: "x".repeat(21) },
    },
  );
  const { problems, warnings } = await settle(SETTINGS, sources);
  deepStrictEqual(problems.map(describeProblem).sort(), [
    "--pool-signature: must be at most 20 characters, not 21",
    'HEADFRAME_POOL_LISTEN_ADDRESS: must be host:port with a port from 0 to 65535, not "nowhere"',
    "authority_secret_key is required (Signs): give authority_secret_key_file in conf/pool.toml, or " +
    "--authority-secret-key-file <path>, or HEADFRAME_POOL_AUTHORITY_SECRET_KEY_FILE",
    'conf/pool.toml:1:1: unknown key "listn_address"; did you mean "listen_address"?',
    "conf/pool.toml:2:1: shares_per_minute: must be a number from 0.1 to 600 shares/min, not 7000",
    'conf/pool.toml:3:1: server_id: must be a whole number from 0 to 65535, not "one"',
    'conf/pool.toml:4:1: network: must be mainnet or regtest, not "mainet"',
    "conf/pool.toml:5:1: jds cannot be served: not built",
    'environment: unknown variable "HEADFRAME_POOL_SERVERID"; did you mean "HEADFRAME_POOL_SERVER_ID"?',
  ]);
  deepStrictEqual(warnings.map(describeProblem), [
    "conf/pool.toml:6:1: monitoring_address is ignored: not built",
  ]);
  throws(() => refuseProblems(problems), OperatorError);
});

Deno.test("settle() accepts an alias inside a table, and refuses saying it twice", async () => {
  const toml = '[template_provider_type.Sv2Tp]\naddress = "127.0.0.1:8442"\n';
  const { values } = await settle(SETTINGS, from(toml));
  deepStrictEqual(values.templateProvider, [{ hostname: "127.0.0.1", port: 8442 }]);
  const twice = await problemsOf(from(`template_provider = []\n${toml}`));
  ok(twice.includes("conf/pool.toml:3:1: says again what conf/pool.toml:1:1 says"), twice.join());
  const misspelt = await problemsOf(from('[template_provider_type.Sv2Tp]\nadress = "x"\n'));
  ok(misspelt.includes('conf/pool.toml:2:1: unknown key "adress"; did you mean "address"?'));
});

Deno.test("settle() reads a section, and leaves the others' alone", async () => {
  const document = parseToml("[tp]\nx = 1\n[pool]\nserver_id = 9\nservr_id = 1\n", "up.toml");
  const file = { document, section: "pool" };
  const { values, problems } = await settle(SETTINGS, { ...from(""), file });
  strictEqual(values.serverId, 9);
  deepStrictEqual(problems.map(describeProblem).slice(0, 1), [
    'up.toml:5:1: unknown key "servr_id"; did you mean "server_id"?',
  ]);
});

Deno.test("settle() takes a secret from a file beside the TOML, a variable or a flag's file", async () => {
  for (
    const sources of [
      from('authority_secret_key_file = "key"'),
      from('authority_secret_key = "@key"'),
      from("", { variables: { HEADFRAME_POOL_AUTHORITY_SECRET_KEY: "sesame" } }),
      from("", { variables: { HEADFRAME_POOL_AUTHORITY_SECRET_KEY: "@/etc/key" } }),
      from("", { variables: { HEADFRAME_POOL_AUTHORITY_SECRET_KEY_FILE: "/etc/key" } }),
      from("", { flags: { authoritySecretKeyFile: "/etc/key" } }),
    ]
  ) {
    const { values, problems, warnings } = await settle(SETTINGS, sources);
    deepStrictEqual(problems, []);
    strictEqual(values.authoritySecretKey, 6);
    strictEqual(
      warnings.length,
      sources.file?.document.at(["authority_secret_key_file"]) ||
        sources.file?.document.at(["authority_secret_key"])
        ? 1
        : 0,
    );
  }
});

Deno.test("settle() never quotes a secret, however wrong", async () => {
  for (
    const sources of [
      from('authority_secret_key = "hunter2"'),
      from("authority_secret_key = 4242"),
      from("", { variables: { HEADFRAME_POOL_AUTHORITY_SECRET_KEY: "hunter2" } }),
    ]
  ) {
    const settled = await settle(SETTINGS, sources);
    strictEqual(settled.problems.length, 1);
    ok(!/hunter2|4242/.test(JSON.stringify(settled)));
  }
});

Deno.test("printToml() writes a file that settles to the same values, without the secrets", async () => {
  const values = fc.record({
    sharesPerMinute: fc.double({ min: 0.1, max: 600, noNaN: true }),
    serverId: fc.nat(65535),
    poolSignature: fc.string({ unit: "grapheme-ascii", maxLength: 20 }),
    verbose: fc.boolean(),
    network: fc.constantFrom("mainnet", "regtest"),
  });
  await fc.assert(fc.asyncProperty(values, async (given) => {
    const flags = Object.fromEntries(
      Object.entries(given).map(([name, value]) => [name, String(value)]),
    );
    const first = await settle(SETTINGS, from('authority_secret_key = "sesame"', { flags }));
    const printed = printToml(SETTINGS, first);
    ok(!printed.includes("sesame"));
    const again = await settle(SETTINGS, from(`authority_secret_key = "sesame"\n${printed}`));
    deepStrictEqual(again.values, first.values);
  }));
});

Deno.test("printedSettings() tells value and origin, and hides secrets", async () => {
  const settled = await settle(SETTINGS, from('authority_secret_key = "sesame"'));
  const printed = printedSettings(SETTINGS, settled);
  deepStrictEqual(printed[0], {
    key: "listen_address",
    value: "0.0.0.0:3333",
    origin: "default",
  });
  deepStrictEqual(printed.at(-1), {
    key: "authority_secret_key",
    value: "(hidden)",
    origin: "conf/pool.toml:1",
  });
});

Deno.test("address() takes names, IPv4 and bracketed IPv6, and nothing else", () => {
  const { fromText, toToml } = address("Where");
  for (const good of ["localhost:1", "192.0.2.1:65535", "[2001:db8::1]:3333", "[::]:0"]) {
    strictEqual(toToml(fromText(good)), good);
  }
  for (const bad of ["", "host", "host:", ":1", "host:65536", "::1:3333", "a b:1", "http://x:1"]) {
    throws(() => fromText(bad), OperatorError, bad);
  }
});

Deno.test("texts() keeps commas of values that were given one by one, and parts those in one text", async () => {
  const settings = { words: texts("Some"), hosts: listOf(text("Others")) };
  const flags = { words: ["a,b", "c"], hosts: ["a,b", "c"] };
  const { values } = await settle(settings, { ...from(""), flags });
  deepStrictEqual(values, { words: ["a,b", "c"], hosts: ["a", "b", "c"] });
  const variables = { HEADFRAME_POOL_WORDS: "a,b" };
  const settled = await settle({ words: texts("Some") }, { ...from(""), variables });
  deepStrictEqual(settled.values.words, ["a", "b"]);
});

import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import type { TomlTable } from "../lib/config/setting.ts";
import { parseToml } from "../lib/config/toml.ts";
import { OperatorError } from "../lib/errors.ts";
import { parseAuthorityKey, parseSecretKey } from "../lib/noise/keys.ts";
import { SERVICES } from "./commands.ts";
import {
  formatUpstream,
  isPublished,
  keyProblems,
  payoutProblems,
  upstream,
  upstreamProblems,
} from "./settings.ts";

const PUBLISHED = "9auqWEzQDVyd2oe1JVGFLMLHZtCo2FFqZwtKA5gd9xbuEu7PH72";
const PUBLISHED_SECRET = "mkDLTBBRxdBv998612qipDYoTK3YUrqLe8uWw7gu3iXbSrn2n";
const authorityKey = parseAuthorityKey(PUBLISHED);
const setting = upstream("A pool");

Deno.test("NOISE-36 upstream() takes the key from the path of an address", () => {
  const expected = { hostname: "pool.example", port: 3333, authorityKey };
  deepStrictEqual(setting.fromText(`stratum2+tcp://pool.example:3333/${PUBLISHED}`), expected);
  deepStrictEqual(setting.fromText(`pool.example:3333/${PUBLISHED}`), expected);
  strictEqual(setting.toToml(expected), `stratum2+tcp://pool.example:3333/${PUBLISHED}`);
});

Deno.test("upstream() takes the tables of SRI's files", () => {
  const expected = { hostname: "127.0.0.1", port: 8442, authorityKey };
  const template = tableOf(`address = "127.0.0.1:8442"\npublic_key = "${PUBLISHED}"`);
  deepStrictEqual(setting.fromToml(template), expected);
  const pool = tableOf(`address = "127.0.0.1"\nport = 8442\nauthority_pubkey = "${PUBLISHED}"`);
  deepStrictEqual(setting.fromToml(pool), expected);
  deepStrictEqual(setting.fromToml({ address: "[::1]:1" }), {
    hostname: "::1",
    port: 1,
    authorityKey: undefined,
  });
});

Deno.test("upstream() refuses what is not one, in words for a person", () => {
  for (
    const bad of [
      "pool.example",
      "pool.example:0",
      "stratum+tcp://pool.example:3333",
      `pool.example:3333/${PUBLISHED}x`,
      "pool.example:3333/a/b",
    ]
  ) throws(() => setting.fromText(bad), OperatorError, bad);
  for (const bad of [{}, { port: 1 }, { address: 1 }, 3333, { address: "a", port: "b" }]) {
    throws(() => setting.fromToml(bad), OperatorError, JSON.stringify(bad));
  }
});

Deno.test("NOISE-34 upstreamProblems() wants the key of every server on another machine", () => {
  const bare = (hostname: string) => [{ hostname, port: 1, authorityKey: undefined }];
  for (const local of ["127.0.0.1", "127.1.2.3", "localhost", "::1"]) {
    deepStrictEqual(upstreamProblems(bare(local), { allowUnauthenticated: false }), []);
  }
  for (const remote of ["192.168.1.2", "pool.example", "127.0.0.1.example", "::2"]) {
    strictEqual(upstreamProblems(bare(remote), { allowUnauthenticated: false }).length, 1, remote);
    deepStrictEqual(upstreamProblems(bare(remote), { allowUnauthenticated: true }), []);
  }
  const keyed = [{ hostname: "pool.example", port: 1, authorityKey }];
  deepStrictEqual(upstreamProblems(keyed, { allowUnauthenticated: false }), []);
});

Deno.test("NOISE-2 no address and no setting asks for a connection that is not encrypted", () => {
  for (const scheme of ["stratum+tcp", "stratum2", "stratum2+tls", "tcp", "http", "sv2+tcp"]) {
    throws(() => setting.fromText(`${scheme}://127.0.0.1:3333`), OperatorError, scheme);
  }
  for (const { name, settings } of SERVICES) {
    for (const key of Object.keys(settings)) {
      ok(!/crypt|plain|noise|secure|tls/i.test(key), `${name}: ${key}`);
    }
  }
});

Deno.test("keyProblems() refuses SRI's published pair, but not on regtest", () => {
  ok(isPublished(authorityKey));
  const secret = parseSecretKey(PUBLISHED_SECRET);
  const keys = { authorityPublicKey: authorityKey, authoritySecretKey: secret };
  deepStrictEqual(keyProblems({ ...keys, network: "regtest" }), []);
  for (const network of ["mainnet", "testnet4", "signet"] as const) {
    strictEqual(keyProblems({ ...keys, network }).length, 1);
  }
});

Deno.test("keyProblems() refuses a public key that is another's", () => {
  const authoritySecretKey = new Uint8Array(32).fill(7);
  const [problem] = keyProblems({
    authorityPublicKey: authorityKey,
    authoritySecretKey,
    network: "mainnet",
  });
  ok(problem?.startsWith("authority_public_key is not that of authority_secret_key"));
});

Deno.test("payoutProblems() refuses an address of another network", () => {
  const address = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";
  deepStrictEqual(payoutProblems(`addr(${address})`, "regtest"), []);
  ok(payoutProblems(address, "mainnet")[0]?.startsWith("coinbase_reward_script: "));
});

Deno.test("formatUpstream() writes IPv6 in brackets", () => {
  const url = formatUpstream({ hostname: "::1", port: 3333, authorityKey: undefined });
  strictEqual(url, "stratum2+tcp://[::1]:3333");
});

function tableOf(toml: string): TomlTable {
  return parseToml(toml, "pool.toml").table;
}

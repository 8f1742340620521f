import { deepStrictEqual, match, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import vectors from "../../tests/vectors/noise.json" with { type: "json" };
import { encodeBase58Check } from "../bitcoin/base58.ts";
import { concatBytes } from "../bitcoin/bytes.ts";
import { OperatorError } from "../errors.ts";
import { publicKeyOf } from "./crypto.ts";
import { bytesFromNumber, N } from "./field.ts";
import {
  formatAuthorityKey,
  formatSecretKey,
  parseAuthorityKey,
  parseSecretKey,
  parseStratumUrl,
} from "./keys.ts";

const KEY = "9bXiEd8boQVhq7WddEcERUL5tyyJVFYdU8th3HfbNXK3Yw6GRXh";

Deno.test("NOISE-35 authority keys are base58check of 01 00 and the x-only key", () => {
  for (const { base58check, raw_public_key: raw } of vectors.authority_keys.valid) {
    strictEqual(parseAuthorityKey(base58check).toHex(), raw);
    strictEqual(formatAuthorityKey(Uint8Array.fromHex(raw)), base58check);
  }
});

for (const { base58check, reason } of vectors.authority_keys.invalid) {
  Deno.test(`NOISE-35 an authority key is refused: ${reason}`, () => {
    throws(() => parseAuthorityKey(base58check), OperatorError);
  });
}

Deno.test("NOISE-35 an authority key is refused with blanks around it, or much too long", () => {
  for (const text of [`${KEY} `, `\t${KEY}`, `${KEY}\n`, KEY.repeat(10_000), "1".repeat(100_000)]) {
    throws(() => parseAuthorityKey(text), OperatorError);
  }
});

Deno.test("secret keys are the reference's text, and belong to their public ones", () => {
  for (const vector of vectors.authority_keys.valid) {
    const { secret_base58check: text, secret_raw: raw, raw_public_key: key } = vector;
    if (text === undefined || raw === undefined) continue;
    const secret = parseSecretKey(text);
    strictEqual(secret.toHex(), raw);
    strictEqual(formatSecretKey(secret), text);
    strictEqual(publicKeyOf(secret).toHex(), key);
  }
});

Deno.test("a public key in the place of a secret one, and the reverse, is called by its name", () => {
  const secret = formatSecretKey(new Uint8Array(32).fill(1));
  throws(() => parseAuthorityKey(secret), /looks like a secret key/);
  throws(() => parseSecretKey(KEY), /looks like a public key/);
});

Deno.test("NOISE-38 what is wrong with a secret key is said without it", () => {
  const secret = formatSecretKey(new Uint8Array(32).fill(0x5a));
  const wrong = [
    secret.slice(0, -1) + (secret.endsWith("1") ? "2" : "1"),
    secret.slice(1),
    formatSecretKey(new Uint8Array(32)),
    formatSecretKey(bytesFromNumber(N)),
    formatSecretKey(new Uint8Array(31).fill(0x5a)),
    "",
  ];
  for (const text of wrong) {
    throws(() => parseSecretKey(text), (error) => {
      return error instanceof OperatorError && (text === "" || !error.message.includes(text));
    });
  }
});

Deno.test("keys survive being written and read", () => {
  const secrets = fc.bigInt({ min: 1n, max: N - 1n }).map(bytesFromNumber);
  fc.assert(
    fc.property(secrets, (secret) => {
      deepStrictEqual(parseSecretKey(formatSecretKey(secret)), secret);
      const key = publicKeyOf(secret);
      deepStrictEqual(parseAuthorityKey(formatAuthorityKey(key)), key);
    }),
    { numRuns: 30 },
  );
});

Deno.test("NOISE-36 an address carries host, port and authority key", () => {
  const authorityKey = parseAuthorityKey(KEY);
  const { url } = vectors.authority_keys.valid[0] ?? {};
  deepStrictEqual(parseStratumUrl(url ?? ""), {
    hostname: "thepool.com",
    port: 34_254,
    authorityKey,
  });
  for (
    const [text, hostname, port] of [
      [`stratum2+tcp://[2001:db8::1]:3336/${KEY}`, "2001:db8::1", 3336],
      [`stratum2+tcp://[::ffff:192.0.2.1]:1/${KEY}`, "::ffff:192.0.2.1", 1],
      [`STRATUM2+TCP://192.0.2.1:65535/${KEY}`, "192.0.2.1", 65_535],
      [`stratum2+tcp://pool_1.example:3336/%39${KEY.slice(1)}`, "pool_1.example", 3336],
    ] as const
  ) deepStrictEqual(parseStratumUrl(text), { hostname, port, authorityKey });
});

Deno.test("NOISE-36 the key may be left out of an address", () => {
  for (const end of ["", "/"]) {
    const { authorityKey } = parseStratumUrl(`stratum2+tcp://localhost:3336${end}`);
    strictEqual(authorityKey, undefined);
  }
});

Deno.test("NOISE-36 what is wrong with an address is said", () => {
  for (
    const [text, why] of [
      ["", /should start with stratum2\+tcp/],
      [`stratum+tcp://pool:1/${KEY}`, /should start with stratum2\+tcp/],
      [`stratum2+tcp:pool:1/${KEY}`, /should start with stratum2\+tcp/],
      [` stratum2+tcp://pool:1/${KEY}`, /should start with stratum2\+tcp/],
      [`stratum2+tcp://pool/${KEY}`, /port is missing/],
      [`stratum2+tcp://[::1]/${KEY}`, /port is missing/],
      [`stratum2+tcp://pool:0/${KEY}`, /no port 0/],
      [`stratum2+tcp://pool:65536/${KEY}`, /no port 65536/],
      [`stratum2+tcp://pool:http/${KEY}`, /not host:port/],
      [`stratum2+tcp://:3336/${KEY}`, /not host:port/],
      [`stratum2+tcp:///${KEY}`, /not host:port/],
      [`stratum2+tcp://2001:db8::1:3336/${KEY}`, /IPv6 address goes in brackets/],
      [`stratum2+tcp://[::1:3336/${KEY}`, /not host:port/],
      [`stratum2+tcp://a b:3336/${KEY}`, /not host:port/],
      [`stratum2+tcp://user@pool:3336/${KEY}`, /user names/],
      [`stratum2+tcp://user:word@pool:3336/${KEY}`, /user names/],
      [`stratum2+tcp://pool:3336/${KEY}/`, /only the authority key/],
      [`stratum2+tcp://pool:3336/mining/${KEY}`, /only the authority key/],
      [`stratum2+tcp://pool:3336/${KEY}?x=1`, /only the authority key/],
      [`stratum2+tcp://pool:3336?${KEY}`, /only the authority key/],
      [`stratum2+tcp://pool:3336/${KEY}#x`, /only the authority key/],
      [`stratum2+tcp://pool:3336/%zz`, /percent/],
      [`stratum2+tcp://pool:3336/${KEY.slice(1)}`, /checksum/],
      [`stratum2+tcp://pool:3336/%20${KEY}`, /checksum/],
    ] as const
  ) {
    throws(() => parseStratumUrl(text), (error) => {
      if (!(error instanceof OperatorError)) return false;
      match(error.message, why);
      return true;
    }, text);
  }
});

Deno.test("NOISE-38 a password in an address is not repeated", () => {
  throws(() => parseStratumUrl("stratum2+tcp://user:hunter2@pool:1"), (error) => {
    return error instanceof OperatorError && !error.message.includes("hunter2");
  });
});

Deno.test("parseStratumUrl() of anything is an address or an OperatorError", () => {
  const pieces = fc.array(
    fc.constantFrom(
      "stratum2+tcp://",
      "pool",
      ":",
      "3336",
      "/",
      KEY,
      "[::1]",
      "%",
      "@",
      "\u0000",
      "?",
    ),
  );
  fc.assert(fc.property(pieces.map((parts) => `stratum2+tcp://${parts.join("")}`), (text) => {
    try {
      const { port } = parseStratumUrl(text);
      return port > 0;
    } catch (error) {
      return error instanceof OperatorError;
    }
  }));
});

Deno.test("an authority key of another version says so", () => {
  const text = encodeBase58Check(concatBytes(Uint8Array.of(2, 0), parseAuthorityKey(KEY)));
  throws(() => parseAuthorityKey(text), /version/);
});

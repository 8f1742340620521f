import { deepStrictEqual, strictEqual } from "node:assert";
import vectors from "../../tests/vectors/setup_flags.json" with { type: "json" };
import { DECLARATION_CLIENT_FLAGS, flagNames, MINING_CLIENT_FLAGS } from "./flags.ts";

for (const vector of vectors.vectors) {
  Deno.test(`MINING_CLIENT_FLAGS are independent bits: ${vector.flags}`, () => {
    const { flags } = vector;
    const { requiresStandardJobs, requiresWorkSelection, requiresVersionRolling } =
      MINING_CLIENT_FLAGS;
    const all = requiresStandardJobs | requiresWorkSelection | requiresVersionRolling;
    strictEqual((flags & requiresStandardJobs) !== 0, vector.standard_jobs ?? true);
    strictEqual((flags & requiresWorkSelection) !== 0, vector.work_selection ?? true);
    strictEqual((flags & requiresVersionRolling) !== 0, vector.version_rolling ?? true);
    const unknown = (flags & ~all) >>> 0;
    strictEqual(unknown, parseInt(vector.unsupported_if_server_supports_all_three ?? "0", 16));
  });
}

for (const { flags, declare_tx_data } of vectors.jd) {
  Deno.test(`DECLARATION_CLIENT_FLAGS: ${flags} ${declare_tx_data ? "has" : "lacks"} tx data`, () => {
    strictEqual((flags & DECLARATION_CLIENT_FLAGS.declareTxData) !== 0, declare_tx_data);
  });
}

Deno.test("flagNames() names bits by protocol and side, and numbers the unknown", () => {
  deepStrictEqual(flagNames("mining", "client", 5), [
    "requiresStandardJobs",
    "requiresVersionRolling",
  ]);
  deepStrictEqual(flagNames("mining", "server", 3), [
    "requiresFixedVersion",
    "requiresExtendedChannels",
  ]);
  deepStrictEqual(flagNames("declaration", "client", 1), ["declareTxData"]);
  deepStrictEqual(flagNames("declaration", "server", 1), ["bit0"]);
  deepStrictEqual(flagNames("template", "client", 2 ** 31), ["bit31"]);
  deepStrictEqual(flagNames("mining", "client", 0), []);
});

import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { outputSize } from "../../bitcoin/transaction.ts";
import { sigopCost } from "../../bitcoin/sigops.ts";
import { outputConstraints, readIdentity } from "./payout.ts";

const POOL = Uint8Array.fromHex(`0014${"ab".repeat(20)}`);
const policy = { network: "regtest", rewardScript: POOL } as const;
const ALICE = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";
const ALICE_SCRIPT = "0014751e76e8199196d454941c45d1b3a323f1433bd6";
const OLD = "mrCDrCybB6J1vRfbwM5hemdJz73FwDBC8r";

/** What an identity comes to: amounts of 1000 satoshis by script, and the worker. */
function read(identity: string): unknown {
  const found = readIdentity(identity, policy);
  if (found === undefined) return "refused";
  const outputs = found.payout.outputs(1000n).map(({ value, scriptPubKey }) =>
    `${value} ${scriptPubKey.toHex() === ALICE_SCRIPT ? "alice" : scriptPubKey.toHex().slice(0, 6)}`
  );
  return [...outputs, found.worker];
}

for (
  const [identity, expected] of [
    [`sri/solo/${ALICE}/rig`, ["1000 alice", "rig"]],
    [`sri/solo/${ALICE}`, ["1000 alice", ""]],
    [`sri/solo/${ALICE}/a/b`, ["1000 alice", "a/b"]],
    [`${ALICE}`, ["1000 alice", ""]],
    [`${ALICE}.rig.2`, ["1000 alice", "rig.2"]],
    [`${OLD}.rig`, ["1000 76a914", "rig"]],
    [`sri/donate/1/${ALICE}/rig`, ["10 0014ab", "990 alice", "rig"]],
    [`sri/donate/99/${ALICE}`, ["990 0014ab", "10 alice", ""]],
    ["sri/donate", ["1000 0014ab", ""]],
    ["sri/donate/rig", ["1000 0014ab", "rig"]],
    ["sri/donate/25", ["1000 0014ab", "25"]],
    ["", ["1000 0014ab", ""]],
    ["alice", ["1000 0014ab", ""]],
    ["alice.rig.2", ["1000 0014ab", "rig.2"]],
    ["sri", ["1000 0014ab", ""]],
    [`SRI/solo/${ALICE}/rig`, ["1000 0014ab", ""]],
    ["sri/", "refused"],
    ["sri/solo", "refused"],
    ["sri/solo/", "refused"],
    ["sri/solo/alice/rig", "refused"],
    [`sri/pplns/${ALICE}`, "refused"],
    [`sri/donate/0/${ALICE}/rig`, "refused"],
    [`sri/donate/100/${ALICE}/rig`, "refused"],
    [`sri/donate/1.5/${ALICE}/rig`, "refused"],
    [`sri/donate/05/${ALICE}/rig`, "refused"],
    [`sri/donate/-1/${ALICE}/rig`, "refused"],
    ["sri/donate/5/alice/rig", "refused"],
    // Addresses of the main network, here on regtest.
    ["bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "refused"],
    ["1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2.rig", "refused"],
    ["sri/solo/bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4/rig", "refused"],
  ] as const
) {
  Deno.test(`readIdentity() takes "${identity}" as ${JSON.stringify(expected)}`, () => {
    deepStrictEqual(read(identity), expected);
  });
}

Deno.test("readIdentity() of any text pays all of any value, or refuses", () => {
  const texts = fc.oneof(
    fc.string({ maxLength: 255 }),
    fc.array(fc.constantFrom("sri", "solo", "donate", "/", ".", ALICE, OLD, "7", "rig", "\0")).map(
      (parts) => parts.join(""),
    ),
  );
  fc.assert(fc.property(texts, fc.bigInt(0n, 2_100_000_000_000_000n), (identity, value) => {
    const found = readIdentity(identity, policy);
    if (found === undefined) return;
    const outputs = found.payout.outputs(value);
    strictEqual(outputs.reduce((sum, output) => sum + output.value, 0n), value);
    ok(outputs.length > 0 && outputs.every((output) => output.value >= 0n));
  }));
});

Deno.test("TDP-11 no identity's outputs take more than the room that providers are asked for", () => {
  const { size, sigops } = outputConstraints(POOL);
  for (
    const address of [
      ALICE,
      OLD,
      "2N1Ffz3WaNzbeLFBb51xyFMHYSEUXcbiSoX",
      "bcrt1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qzf4jry",
      "bcrt1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqc8gma6",
    ]
  ) {
    const found = readIdentity(`sri/donate/50/${address}/rig`, policy);
    ok(found, address);
    const outputs = found.payout.outputs(10n);
    ok(outputs.reduce((sum, output) => sum + outputSize(output), 0) <= size);
    ok(sigopCost(outputs) <= sigops);
  }
});

Deno.test("payouts that pay alike have one key, others have not", () => {
  const keyOf = (identity: string): string | undefined =>
    readIdentity(identity, policy)?.payout.key;
  strictEqual(keyOf(`${ALICE}.a`), keyOf(`sri/solo/${ALICE}/b`));
  strictEqual(keyOf("bob"), keyOf("sri/donate/bob"));
  const keys = [ALICE, OLD, "bob", `sri/donate/1/${ALICE}/r`, `sri/donate/2/${ALICE}/r`].map(keyOf);
  strictEqual(new Set(keys).size, 5);
});

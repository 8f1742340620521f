import { deepStrictEqual, strictEqual } from "node:assert";
import { sha256 } from "../bitcoin/hash.ts";
import { COIN, MAX_MONEY, POW_LIMIT, subsidyAt } from "./rules.ts";
import { ANYONE_P2WSH, isUnspendable, spendingFault } from "./scripts.ts";

Deno.test("subsidyAt() halves every 150 blocks until nothing is left", () => {
  deepStrictEqual(
    [0, 149, 150, 299, 300, 150 * 32, 150 * 33, 150 * 64, 150 * 65].map(subsidyAt),
    [50n * COIN, 50n * COIN, 25n * COIN, 25n * COIN, 1_250_000_000n, 1n, 0n, 0n, 0n],
  );
  let all = 0n;
  for (let height = 0; height < 150 * 40; height++) all += subsidyAt(height);
  strictEqual(all < MAX_MONEY, true);
});

Deno.test("POW_LIMIT is regtest's", () => {
  strictEqual(POW_LIMIT.toString(16), `7fffff${"0".repeat(58)}`);
});

Deno.test("ANYONE_P2WSH is the well-known output of OP_TRUE", () => {
  strictEqual(
    ANYONE_P2WSH.toHex(),
    "00204ae81572f06e1b88fd5ced7a1a000945432e83e1551e6f721ee9c00b8cc33260",
  );
});

Deno.test("spendingFault() supports two scripts and lets nothing else pass", () => {
  const input = (witness: Uint8Array[], scriptSig = new Uint8Array()) => ({
    prevTxid: new Uint8Array(32),
    vout: 0,
    sequence: 0,
    scriptSig,
    witness,
  });
  const OP_TRUE = Uint8Array.of(0x51);
  const OP_2 = Uint8Array.of(0x52);
  strictEqual(spendingFault(ANYONE_P2WSH, input([OP_TRUE])), undefined);
  strictEqual(spendingFault(OP_TRUE, input([])), undefined);
  const flaw = (what: string): string => `block-script-verify-flag-failed (${what})`;
  strictEqual(
    spendingFault(OP_TRUE, input([OP_TRUE])),
    flaw("Witness provided for non-witness script"),
  );
  strictEqual(
    spendingFault(ANYONE_P2WSH, input([OP_TRUE], OP_TRUE)),
    flaw("Witness requires empty scriptSig"),
  );
  const program = (script: Uint8Array): Uint8Array => Uint8Array.of(0, 32, ...sha256(script));
  for (
    const [script, spend] of [
      [OP_TRUE, input([], OP_TRUE)],
      [program(OP_2), input([OP_2])],
      [Uint8Array.of(0x51, 32, ...new Uint8Array(32)), input([new Uint8Array(64)])],
      [Uint8Array.of(0x51, 2, 0x4e, 0x73), input([])],
      [Uint8Array.of(0, 20, ...new Uint8Array(20)), input([OP_TRUE, OP_TRUE])],
      [new Uint8Array(), input([])],
    ] as const
  ) strictEqual(spendingFault(script, spend), "script-not-supported");
});

Deno.test("isUnspendable() is for notes and for scripts that nobody could execute", () => {
  strictEqual(isUnspendable(Uint8Array.of(0x6a)), true);
  strictEqual(isUnspendable(new Uint8Array(10_001)), true);
  strictEqual(isUnspendable(new Uint8Array(10_000)), false);
  strictEqual(isUnspendable(new Uint8Array()), false);
});

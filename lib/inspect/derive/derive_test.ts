import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { joinCoinbase } from "../../bitcoin/coinbase.ts";
import { DeclareMiningJobError } from "../../messages/declaration.ts";
import { SetCustomMiningJobSuccess, UpdateChannel } from "../../messages/mining.ts";
import { targetForPace, targetOfDifficulty } from "../../pow/target.ts";
import {
  coinbase,
  DeclarationTape,
  MiningTape,
  prevHash,
  TARGET,
  TemplateTape,
} from "../../../tests/support/protocol_tapes.ts";
import { connectionOf, type Tape } from "../../../tests/support/tape.ts";
import { Understanding } from "../understanding.ts";
import { derivedText } from "./derive.ts";
import { type Derived, secondsText } from "./derived.ts";

/** Before anything tells how hard the chain is, it is taken for mainnet. */
const POOL = "bc1q4w46h2at4w46h2at4w46h2at4w46h2at25y74s";
const TEST_POOL = "tb1q4w46h2at4w46h2at4w46h2at4w46h2atqjldwr";

/** What follows from the last entry, by name. */
function derived(tape: Tape): Record<string, string> {
  return Object.fromEntries(valuesOf(tape).map(({ name, text }) => [name, text]));
}

function valuesOf({ entries }: Tape): readonly Derived[] {
  const understanding = new Understanding({ derive: true });
  const all = entries.map((entry) => understanding.see(entry).derived);
  return all.at(-1) ?? [];
}

Deno.test("a target is told as difficulty, and how long a share takes at the channel's rate", () => {
  const tape = new MiningTape().setup().open({ nominalHashRate: 1e12 })
    .target(targetForPace(1e12, 10)).target(targetOfDifficulty(4_656));
  const told = derived(tape);
  strictEqual(told["difficulty"], "4.66 k");
  strictEqual(told["seconds_per_share"], "a share every 20 s at 1.00 Th/s");
  strictEqual(told["times_harder"], "2.00 times harder than before");
  const [{ value } = { value: 0 }] = valuesOf(tape).filter(({ name }) => name === "difficulty");
  ok(Math.abs(Number(value) - 4_656) < 1e-6);
});

Deno.test("a channel that opens tells its target, its extranonce and its request", () => {
  const told = derived(new MiningTape().setup().ask({ nominalHashRate: 1e12 }).wait(2).grant());
  deepStrictEqual([told["extranonce_bytes"], told["request_entry"], told["wait"]], [
    "20",
    "asked in entry 5",
    "2 s",
  ]);
});

Deno.test("what a request for a channel means", () => {
  const told = derived(
    new MiningTape().setup().ask({ nominalHashRate: 1e12, maxTarget: targetOfDifficulty(232.83) }),
  );
  strictEqual(told["hash_rate"], "1.00 Th/s");
  strictEqual(told["max_seconds_per_share"], "a share every 1 s at 1.00 Th/s");
  strictEqual(derived(new MiningTape().setup().ask({ nominalHashRate: NaN }))["hash_rate"], "NaN");
});

Deno.test("a job tells height, who made it and whom it pays", () => {
  const told = derived(MiningTape.mining().job({ jobId: 2 }));
  deepStrictEqual([told["future"], told["height"], told["script_text"]], [
    "yes",
    "100",
    "Sv2/Test//",
  ]);
  strictEqual(told["output_0"], `5 000 000 000 sat to ${TEST_POOL}`);
  ok(told["output_1"]?.startsWith("0 sat to witness commitment "));
  strictEqual(told["merkle_levels"], "2");
});

Deno.test("a job tells as much where the channel's opening is missing", () => {
  const part = connectionOf(1, { isWhole: false });
  const told = derived(new MiningTape(part).job());
  deepStrictEqual([told["height"], told["output_0"]], ["100", `5 000 000 000 sat to ${POOL}`]);
});

Deno.test("a group's job tells the same, a standard job its root", () => {
  strictEqual(derived(MiningTape.mining().job({ channelId: 1, jobId: 2 }))["height"], "100");
  const root = derived(new MiningTape().setup().openStandard().standardJob())["merkle_root"];
  strictEqual(root?.length, 64);
  // An extended job of the group has the same root with the channel's extranonce.
  const share = derived(
    new MiningTape().setup().openStandard().job({ channelId: 1 }).begin({ channelId: 1 })
      .standardShare(),
  );
  strictEqual(share["merkle_root"], root);
});

Deno.test("SetNewPrevHash tells the block as people write it, and how hard the next one is", () => {
  const hash = prevHash();
  hash[0] = 1;
  const told = derived(MiningTape.mining().job({ jobId: 2 }).begin({ jobId: 2, prevHash: hash }));
  strictEqual(told["prev_block"], `${"b0".repeat(31)}01`);
  strictEqual(told["network_difficulty"], "77.8 k");
  strictEqual(told["job_entry"], "job of entry 9");
});

Deno.test("a share tells its coinbase, its hash, and what it reached", () => {
  const told = derived(MiningTape.mining().share());
  deepStrictEqual([told["meets_target"], told["meets_network"]], ["yes", "no"]);
  strictEqual(
    told["coinbase"],
    `${joinCoinbase(coinbase().stripped, new Uint8Array(20)).length} bytes`,
  );
  strictEqual(told["extranonce_whole"], `00000001${"03".repeat(16)}`);
  strictEqual(told["job_entry"], "job of entry 7, active");
  const bad = derived(MiningTape.mining().share({ good: false }));
  strictEqual(bad["meets_target"], "no");
  ok(told["hash"]?.length === 64 && told["hash"] !== bad["hash"]);
});

Deno.test("a share for a job that is not known, or has ended, says so", () => {
  strictEqual(
    derived(MiningTape.mining().share({ jobId: 9 }))["job_entry"],
    "no such job was seen",
  );
  const ended = MiningTape.mining().job({ jobId: 2 }).begin({ jobId: 2 }).share({ jobId: 1 });
  strictEqual(derived(ended)["job_entry"], "job of entry 7, ended by entry 10");
});

Deno.test("answers tell which shares they are for, how long those waited, and why", () => {
  const accepted = derived(
    MiningTape.mining().share().wait(3).share().wait(1).accept({ newSubmitsAcceptedCount: 2 }),
  );
  deepStrictEqual([accepted["shares"], accepted["longest_wait"]], [
    "2 shares, entries 9 to 10",
    "4 s",
  ]);
  const odd = derived(MiningTape.mining().share().accept({ newSubmitsAcceptedCount: 3 }));
  strictEqual(odd["expected_count"], "1");
  const refused = derived(MiningTape.mining().share({ good: false }).reject("difficulty-too-low"));
  strictEqual(refused["meaning"], "The hash is above the job's target");
  strictEqual(refused["share_entry"], "share of entry 9");
  ok(Number(refused["reached"]) < Number(refused["target_difficulty"]));
  const mine = derived(MiningTape.mining().share().reject("of\nmy own"));
  strictEqual(mine["meaning"], '"of\\nmy own", not a known code');
});

Deno.test("templates and solutions", () => {
  const told = derived(TemplateTape.templates().template());
  deepStrictEqual([told["height"], told["value_remaining"]], ["100", "5 000 000 000 sat"]);
  const broken = derived(TemplateTape.templates().template({ coinbaseTxOutputsCount: 2 }));
  strictEqual(broken["outputs"], "are no outputs");
  const solved = derived(TemplateTape.templates().template().tip().solution());
  deepStrictEqual([solved["block_hash"]?.length, solved["meets_network"]], [64, "no"]);
  strictEqual(solved["height"], "100");
});

Deno.test("job declaration and custom jobs", () => {
  const declaring = DeclarationTape.declaring().allocate().allocated();
  strictEqual(derived(declaring)["output_0"], `0 sat to ${POOL}`);
  const told = derived(declaring.declare());
  deepStrictEqual([told["height"], told["transactions"], told["token_entry"]], [
    "100",
    "2",
    "token of entry 6",
  ]);
  const refused = declaring.down(DeclareMiningJobError, {
    requestId: 2,
    errorCode: "stale-chain-tip",
    errorDetails: new Uint8Array(),
  });
  strictEqual(derived(refused)["meaning"], "The job builds on a block that is not the tip");
  const custom = new MiningTape().setup({ flags: 2 }).open().custom();
  strictEqual(derived(custom)["output_0"], `5 000 000 000 sat to ${TEST_POOL}`);
  const granted = custom.down(SetCustomMiningJobSuccess, { channelId: 2, requestId: 9, jobId: 4 });
  deepStrictEqual([derived(granted)["height"], derived(granted)["future"]], ["100", "no"]);
});

Deno.test("flags are told by name, in the protocol's sense", () => {
  strictEqual(
    derived(new MiningTape().setup({ flags: 5 }, 1))["flag_names"],
    "requiresFixedVersion",
  );
  const client = new MiningTape().setup({ flags: 5 });
  client.entries.pop();
  strictEqual(derived(client)["flag_names"], "requiresStandardJobs, requiresVersionRolling");
});

Deno.test("an update tells what is wanted", () => {
  const tape = MiningTape.mining().up(UpdateChannel, {
    channelId: 2,
    nominalHashRate: 1e15,
    maximumTarget: TARGET,
  });
  strictEqual(derived(tape)["seconds_per_share"], "a share every under 1 µs at 1.00 Ph/s");
});

Deno.test("derivedText() is one value a line, aligned", () => {
  const values = [
    { name: "a", value: 1, text: "one" },
    { name: "longer", value: 2, text: "two" },
  ];
  strictEqual(derivedText(values), "    a       one\n    longer  two\n");
  strictEqual(derivedText([]), "");
});

Deno.test("secondsText() has a unit for everything", () => {
  deepStrictEqual([0.5, 90, 7_200, 200_000, 1e9, 1e12, Infinity].map(secondsText), [
    "500 ms",
    "90 s",
    "2 h 0 min",
    "2 days",
    "31.7 years",
    "31.7 k years",
    "for ever",
  ]);
});

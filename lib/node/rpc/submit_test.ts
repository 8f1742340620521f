import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { FakeHost } from "../../../tests/support/fake_host.ts";
import { reply } from "../../../tests/support/fake_rpc_node.ts";
import { blockHash, displayHash } from "../../bitcoin/header.ts";
import { OperatorError } from "../../errors.ts";
import type { Verdict } from "../node.ts";
import { RpcClient } from "./client.ts";
import { submitBlock } from "./submit.ts";

const HEADER = new Uint8Array(80).fill(7);
const HASH = displayHash(blockHash(HEADER));
const BLOCK = {
  template: undefined,
  header: HEADER,
  coinbase: new Uint8Array(),
  // More than is turned into digits at a time.
  block: new Uint8Array(200_000).map((_, i) => i * 7),
};
const OTHER = "11".repeat(32);

/** What each method answers: a result, or an error. */
type Answers = Readonly<Record<string, unknown>>;

function submit(
  answers: Answers,
  precious = false,
): { readonly verdict: Promise<Verdict>; readonly calls: unknown[] } {
  const host = new FakeHost();
  const calls: unknown[] = [];
  host.onPost = ({ body }) => {
    const { method, params } = JSON.parse(new TextDecoder().decode(body));
    calls.push([method, ...params]);
    const answer = answers[method];
    return Promise.resolve(
      answer instanceof Error
        ? reply(500, {
          result: null,
          error: { code: Number(answer.message), message: "so" },
          id: 1,
        })
        : reply(200, { result: answer, error: null, id: 1 }),
    );
  };
  const client = new RpcClient({
    url: "http://127.0.0.1:1",
    credentials: () => Promise.resolve({ user: "u", password: "p" }),
    host,
    name: "rpc:there",
  });
  const limits = { timeoutMs: 1_000 };
  return {
    verdict: submitBlock(BLOCK, { client, name: "rpc:there", limits, precious }),
    calls,
  };
}

const VERDICTS: readonly [string, Answers, Verdict][] = [
  ["Bitcoin Core took it", { submitblock: null, getbestblockhash: HASH }, { outcome: "accepted" }],
  ["another one came since", {
    submitblock: null,
    getbestblockhash: OTHER,
    getblockheader: { confirmations: 2 },
  }, { outcome: "accepted" }],
  ["btcd has it on a side branch", {
    submitblock: null,
    getbestblockhash: OTHER,
    getblockheader: new Error("-1"),
  }, { outcome: "side" }],
  ["it was reorganised away at once", {
    submitblock: null,
    getbestblockhash: OTHER,
    getblockheader: { confirmations: -1 },
  }, { outcome: "side" }],
  ["the node does not say which is its best", {
    submitblock: null,
    getbestblockhash: new Error("-32601"),
  }, { outcome: "accepted" }],
  ["Bitcoin Core has it on a side branch", { submitblock: "inconclusive" }, { outcome: "side" }],
  ["Bitcoin Core has it", { submitblock: "duplicate" }, { outcome: "known" }],
  ["btcd has it", { submitblock: `rejected: already have block ${HASH}` }, { outcome: "known" }],
  ["Bitcoin Core knows it to be bad", { submitblock: "duplicate-invalid" }, {
    outcome: "refused",
    reason: "duplicate-invalid",
  }],
  ["Bitcoin Core refuses it", { submitblock: "bad-txnmrklroot" }, {
    outcome: "refused",
    reason: "bad-txnmrklroot",
  }],
  ["btcd refuses it", { submitblock: "rejected: block merkle root is invalid" }, {
    outcome: "refused",
    reason: "block merkle root is invalid",
  }],
  ["nobody can decode it", { submitblock: new Error("-22") }, { outcome: "refused", reason: "so" }],
];
for (const [what, answers, verdict] of VERDICTS) {
  Deno.test(`submitBlock() says ${verdict.outcome} where ${what}`, async () => {
    deepStrictEqual(await submit(answers).verdict, verdict);
  });
}

for (
  const [what, answers] of [
    ["Bitcoin Core lacks the block before it", { submitblock: "prev-blk-not-found" }],
    ["btcd lacks the block before it", {
      submitblock: null,
      getbestblockhash: OTHER,
      getblockheader: new Error("-5"),
    }],
    ["btcd still lacks it", { submitblock: `rejected: already have block (orphan) ${HASH}` }],
  ] as const
) {
  Deno.test(`submitBlock() has no verdict where ${what}`, async () => {
    await rejects(submit(answers).verdict, /has not got the block before it yet$/);
  });
}

Deno.test("submitBlock() has no verdict where the node has none", async () => {
  for (const answer of [new Error("-25"), new Error("-28"), 7, { a: 1 }]) {
    await rejects(submit({ submitblock: answer }).verdict, OperatorError);
  }
});

Deno.test("submitBlock() sends the block in hexadecimal", async () => {
  const { verdict, calls } = submit({ submitblock: "duplicate" });
  await verdict;
  deepStrictEqual(calls, [["submitblock", BLOCK.block.toHex()]]);
});

Deno.test("submitBlock() asks to prefer the block only if it is told to", async () => {
  const answers = { submitblock: "inconclusive", preciousblock: null, getbestblockhash: HASH };
  const plain = submit(answers);
  deepStrictEqual(await plain.verdict, { outcome: "side" });
  strictEqual(plain.calls.length, 1);
  const precious = submit(answers, true);
  deepStrictEqual(await precious.verdict, { outcome: "accepted" });
  deepStrictEqual(precious.calls[1], ["preciousblock", HASH]);
});

Deno.test("submitBlock() does not mind a node that cannot prefer blocks", async () => {
  const { verdict, calls } = submit({
    submitblock: null,
    preciousblock: new Error("-32601"),
    getbestblockhash: HASH,
  }, true);
  deepStrictEqual(await verdict, { outcome: "accepted" });
  ok(calls.length === 3);
});

import { concatBytes } from "../../bitcoin/bytes.ts";
import { encodeOutput } from "../../bitcoin/transaction.ts";
import {
  ProvideMissingTransactions,
  ProvideMissingTransactionsSuccess,
} from "../../messages/declaration.ts";
import { testCases } from "../../../tests/support/lint_cases.ts";
import { POOL_SCRIPT } from "../../../tests/support/pool_stage.ts";
import { coinbase, DeclarationTape } from "../../../tests/support/protocol_tapes.ts";
import { DECLARATION_RULES } from "./declaration.ts";

const tape = () => DeclarationTape.declaring();
const declaring = () => tape().allocate().allocated().declare();
const missing = (unknownTxPositionList: number[]) =>
  declaring().down(ProvideMissingTransactions, { requestId: 2, unknownTxPositionList });
const PAID = concatBytes(
  Uint8Array.of(1),
  encodeOutput({ value: 1n, scriptPubKey: POOL_SCRIPT }),
);

testCases(DECLARATION_RULES, [
  {
    rule: "JD-4",
    by: "client",
    name: "two requests for tokens with one request_id",
    clean: () => tape().allocate().allocate({ requestId: 2 }),
    broken: () => tape().allocate().allocate(),
  },
  {
    rule: "JD-4",
    by: "server",
    name: "a token that was not asked for",
    clean: () => tape().allocate().allocated(),
    broken: () => tape().allocate().allocated({ requestId: 2 }),
  },
  {
    rule: "JD-4",
    by: "server",
    name: "one token for two requests",
    clean: () =>
      tape().allocate().allocated().allocate().allocated({ miningJobToken: Uint8Array.of(7) }),
    broken: () => tape().allocate().allocated().allocate().allocated(),
  },
  {
    rule: "JD-5",
    by: "server",
    name: "an output that has a value already",
    clean: () => tape().allocate().allocated(),
    broken: () => tape().allocate().allocated({ coinbaseTxOutputs: PAID }),
  },
  {
    rule: "JD-5",
    by: "server",
    name: "no output",
    clean: () => tape().allocate().allocated(),
    broken: () => tape().allocate().allocated({ coinbaseTxOutputs: Uint8Array.of(0) }),
  },
  {
    rule: "JD-5",
    by: "server",
    name: "something that is no outputs",
    clean: () => tape().allocate().allocated(),
    broken: () => tape().allocate().allocated({ coinbaseTxOutputs: Uint8Array.of(9, 9) }),
  },
  {
    rule: "JD-20",
    by: "client",
    name: "two declarations with one request_id",
    clean: () => declaring().declare({ requestId: 3 }),
    broken: () => declaring().declare(),
  },
  {
    rule: "JD-1",
    by: "client",
    name: "a declaration without the flag",
    clean: () => declaring(),
    broken: () => new DeclarationTape().setup({ protocol: 1, flags: 0 }).declare(),
  },
  {
    rule: "B141-4",
    by: "client",
    name: "a declared coinbase without its witness",
    clean: () => declaring(),
    broken: () =>
      tape().declare({
        coinbaseTxPrefix: coinbase().stripped.prefix,
        coinbaseTxSuffix: coinbase().stripped.suffix,
      }),
  },
  {
    rule: "JD-20",
    by: "server",
    name: "an answer with another request_id",
    clean: () => declaring().declared(),
    broken: () => declaring().declared({ requestId: 3 }),
  },
  {
    rule: "JD-21",
    by: "server",
    name: "a place that the list has not",
    clean: () => missing([0, 1]),
    broken: () => missing([2]),
  },
  {
    rule: "JD-22",
    by: "client",
    name: "fewer transactions than were asked for",
    clean: () =>
      missing([0, 1]).up(ProvideMissingTransactionsSuccess, {
        requestId: 2,
        transactionList: [Uint8Array.of(1), Uint8Array.of(2)],
      }),
    broken: () =>
      missing([0, 1]).up(ProvideMissingTransactionsSuccess, {
        requestId: 2,
        transactionList: [Uint8Array.of(1)],
      }),
  },
]);

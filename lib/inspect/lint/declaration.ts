/**
 * Rules about job declaration, SV2 §6.
 *
 * @module
 */

import { decodeOutputArray } from "../../bitcoin/transaction.ts";
import { DECLARATION_CLIENT_FLAGS } from "../../messages/flags.ts";
import { tried } from "../derive/jobs.ts";
import type { Request } from "../understand/request.ts";
import type { Sight } from "../understand/sight.ts";
import { fault, type Rule, ruleOn, type Verdict } from "./rule.ts";

/** How the script of a witness commitment begins. `BIP 141` */
const COMMITMENT = "6a24aa21a9ed";

/** Tokens, declared jobs, and the transactions they lack. */
export const DECLARATION_RULES: readonly Rule[] = [
  ruleOn("allocate", {
    id: "JD-4",
    title: "request_id pairs a token with its request",
    check: ({ request, clash }) => clash && again(request.requestId, clash),
  }),
  ruleOn("allocated", {
    id: "JD-4",
    title: "request_id pairs a token with its request",
    check: ({ request }, sight) => unasked(request, sight),
  }),
  ruleOn("allocated", {
    id: "JD-4",
    title: "Each token is given once",
    check: ({ token, known }) =>
      known === undefined
        ? undefined
        : fault("server", `token ${token.hex} again`, "one that was never given", [known.entry]),
  }),
  ruleOn("allocated", {
    id: "JD-5",
    title: "The outputs of a token begin with the pool's, and all have value 0",
    check({ token: { outputs: bytes } }) {
      const outputs = bytes && tried(() => decodeOutputArray(bytes));
      if (outputs === undefined) {
        return fault("server", "coinbase_tx_outputs are no outputs", "outputs with their count");
      }
      if (outputs.length === 0) return fault("server", "no output", "the pool's");
      const paid = outputs.find(({ value }) => value !== 0n);
      return paid && fault("server", `an output of ${paid.value} sat`, "0 sat");
    },
  }),
  ruleOn("declare", {
    id: "JD-20",
    title: "request_id pairs a declaration with its answers",
    check: ({ declaration, clash }) => clash && again(declaration.requestId, clash),
  }),
  ruleOn("declare", {
    id: "JD-1",
    title: "A client that declares jobs has set DECLARE_TX_DATA",
    check: (_about, { on }) =>
      on.setup === undefined || on.clientFlag(DECLARATION_CLIENT_FLAGS.declareTxData)
        ? undefined
        : fault("client", "DeclareMiningJob", "the flag in SetupConnection", [on.setup.entry]),
  }),
  ruleOn("declare", {
    id: "B141-4",
    title: "The coinbase of a declared job has its witness",
    check({ value: { coinbaseTxPrefix, coinbaseTxSuffix } }) {
      const isStripped = coinbaseTxPrefix[4] !== 0 || coinbaseTxPrefix[5] !== 1;
      return isStripped && coinbaseTxSuffix.toHex().includes(COMMITMENT)
        ? fault("client", "a coinbase that commits to witnesses and has none", "its own")
        : undefined;
    },
  }),
  ...(["declared", "declare-refused", "missing"] as const).map((kind) =>
    ruleOn(kind, {
      id: "JD-20",
      title: "request_id pairs a declaration with its answers",
      check: ({ declaration }, sight) => unasked(declaration, sight),
    })
  ),
  ruleOn("missing", {
    id: "JD-21",
    title: "Missing transactions are asked for by their places in the declaration",
    check({ declaration, positions }) {
      if (declaration === undefined) return undefined;
      const beyond = positions.find((position) => position >= declaration.transactions);
      if (beyond === undefined) return undefined;
      return fault("server", `place ${beyond}`, `below ${declaration.transactions}`, [
        declaration.entry,
      ]);
    },
  }),
  ruleOn("provided", {
    id: "JD-22",
    title: "As many transactions are provided as were asked for",
    check({ declaration, transactions }) {
      const missing = declaration?.missing;
      if (missing === undefined || missing === transactions) return undefined;
      return fault("client", `${transactions} transactions`, `${missing}`, [declaration?.entry]);
    },
  }),
];

function again(requestId: number, clash: Request): Verdict {
  return fault("client", `request_id ${requestId} again`, "one that no other request has", [
    clash.entry,
  ]);
}

function unasked(request: Request | undefined, { on }: Sight): Verdict {
  return request === undefined && on.isWhole
    ? fault("server", "an answer to no request", "the request_id of an open request")
    : undefined;
}

import { joinCoinbase } from "../../bitcoin/coinbase.ts";
import { RequestTransactionData, RequestTransactionDataSuccess } from "../../messages/template.ts";
import { testCases } from "../../../tests/support/lint_cases.ts";
import { coinbase, MIN_NTIME, TemplateTape } from "../../../tests/support/protocol_tapes.ts";
import { connectionOf } from "../../../tests/support/tape.ts";
import { TEMPLATE_RULES } from "./templates.ts";

const tape = () => TemplateTape.templates();
const unready = () => new TemplateTape(connectionOf(9)).setup({ protocol: 2 });
const working = () => tape().template().tip();

testCases(TEMPLATE_RULES, [
  {
    rule: "TDP-1",
    by: "client",
    name: "transactions are asked for first",
    clean: () => unready().constraints(),
    broken: () => unready().up(RequestTransactionData, { templateId: 1n }),
  },
  {
    rule: "TDP-1",
    by: "server",
    name: "a template before the constraints",
    clean: () => unready().constraints().template(),
    broken: () => unready().template(),
  },
  {
    rule: "TDP-12",
    by: "server",
    name: "a template_id that does not rise",
    clean: () => tape().template({ templateId: 5n }).template({ templateId: 9n }),
    broken: () => tape().template({ templateId: 5n }).template({ templateId: 5n }),
  },
  {
    rule: "TDP-13",
    by: "server",
    name: "a template to work on at once, before any block",
    clean: () => working().template({ templateId: 2n, futureTemplate: false }),
    broken: () => tape().template({ futureTemplate: false }),
  },
  {
    rule: "TDP-14",
    by: "server",
    name: "a coinbase_prefix of 9 bytes",
    clean: () => tape().template({ coinbasePrefix: new Uint8Array(8) }),
    broken: () => tape().template({ coinbasePrefix: new Uint8Array(9) }),
  },
  {
    rule: "TDP-15",
    by: "server",
    name: "one output that is said to be two",
    clean: () => tape().template({ coinbaseTxOutputsCount: 1 }),
    broken: () => tape().template({ coinbaseTxOutputsCount: 2 }),
  },
  {
    rule: "TDP-19",
    by: "server",
    name: "a block without a future template",
    clean: () => working().template({ templateId: 2n }).tip({ templateId: 2n }),
    broken: () => working().tip({ templateId: 3n }),
  },
  {
    rule: "TDP-19",
    by: "server",
    name: "a block with a template that was never sent",
    clean: () => working().template({ templateId: 2n }).tip({ templateId: 2n }),
    broken: () => working().template({ templateId: 2n }).tip({ templateId: 3n }),
  },
  {
    rule: "TDP-19",
    by: "server",
    name: "a block with a template that was no future one",
    clean: () => working().template({ templateId: 2n }).tip({ templateId: 2n }),
    broken: () =>
      working().template({ templateId: 2n, futureTemplate: false }).tip({ templateId: 2n }),
  },
  {
    rule: "TDP-25",
    by: "server",
    name: "transactions that were not asked for",
    clean: () =>
      working().up(RequestTransactionData, { templateId: 1n })
        .down(RequestTransactionDataSuccess, data(1n)),
    broken: () =>
      working().up(RequestTransactionData, { templateId: 1n })
        .down(RequestTransactionDataSuccess, data(2n)),
  },
  {
    rule: "TDP-27",
    by: "client",
    name: "a solution for a template that was never sent",
    clean: () => working().solution({ templateId: 1n }),
    broken: () => working().solution({ templateId: 2n }),
  },
  {
    rule: "TDP-17",
    by: "client",
    name: "a version bit that is not of BIP 323",
    clean: () => working().solution({ version: 0x2000_0020 }),
    broken: () => working().solution({ version: 0x4000_0000 }),
  },
  {
    rule: "TDP-22",
    by: "client",
    name: "a solution before header_timestamp",
    clean: () => working().solution({ headerTimestamp: MIN_NTIME }),
    broken: () => working().solution({ headerTimestamp: MIN_NTIME - 1 }),
  },
  {
    rule: "B141-5",
    by: "client",
    name: "a solution whose coinbase has no witness",
    clean: () => working().solution(),
    broken: () =>
      working().solution({ coinbaseTx: joinCoinbase(coinbase().stripped, new Uint8Array(20)) }),
  },
  {
    rule: "B141-5",
    by: "client",
    name: "a solution whose coinbase is no transaction",
    clean: () => working().solution(),
    broken: () => working().solution({ coinbaseTx: Uint8Array.of(1, 2, 3) }),
  },
  {
    rule: "TDP-16",
    by: "client",
    name: "a satoshi more than the template leaves",
    clean: () => tape().template({ coinbaseTxValueRemaining: 5_000_000_000n }).tip().solution(),
    broken: () => tape().template({ coinbaseTxValueRemaining: 4_999_999_999n }).tip().solution(),
  },
]);

function data(templateId: bigint) {
  return { templateId, excessData: new Uint8Array(), transactionList: [] };
}

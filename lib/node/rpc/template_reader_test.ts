import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  answerBody,
  listedTransaction,
  listedTransactions,
  numbered,
  templateAnswer,
} from "../../../tests/support/template_answers.ts";
import { TemplateReader } from "./template_reader.ts";
import { TransactionViews } from "./transaction_views.ts";

const PARENT = listedTransaction(numbered(1));
const CHILD = listedTransaction(numbered(2), { depends: [1], fee: 20_000, sigops: 8 });

function reasonFor(change: Record<string, unknown>): string {
  const reading = new TemplateReader().read(answerBody(templateAnswer([PARENT, CHILD], change)));
  return reading.type === "garbage" ? reading.reason : reading.type;
}

Deno.test("TemplateReader reads what Bitcoin Core answers", () => {
  const reading = new TemplateReader().read(answerBody(templateAnswer([PARENT, CHILD])));
  ok(reading.type === "template");
  const { head, columns, bytes } = reading;
  strictEqual(head.coinbaseValue, 5_000_021_000);
  strictEqual(head.longPollId?.length, 67);
  strictEqual(head.segwit, true);
  deepStrictEqual([...columns.weights], [PARENT.weight, CHILD.weight]);
  deepStrictEqual([...columns.fees], [1_000, 20_000]);
  deepStrictEqual([...columns.sigops], [0, 8]);
  deepStrictEqual([...columns.parentEnds], [0, 1]);
  deepStrictEqual([...columns.parents], [0]);
  strictEqual(bytes.data.toHex(), PARENT.data + CHILD.data);
});

Deno.test("TemplateReader does not need what only Bitcoin Core says", () => {
  const { rules: _r, longpollid: _l, mintime: _m, weightlimit: _w, sigoplimit: _s, ...bare } =
    templateAnswer([]);
  // btcd gives the commitment's hash alone, and bytes for the coinbase that do not fit.
  const reading = new TemplateReader().read(answerBody({
    ...bare,
    coinbaseaux: { flags: "0b2f503253482f627463642f" },
    default_witness_commitment: "74".repeat(32),
  }));
  ok(reading.type === "template");
  const { segwit, longPollId, minTime, time, weightLimit, sigopLimit } = reading.head;
  strictEqual(segwit, true);
  strictEqual(longPollId, undefined);
  strictEqual(minTime, time);
  strictEqual(weightLimit, 4_000_000);
  strictEqual(sigopLimit, 80_000);
});

const WRONG: readonly [string, Record<string, unknown>][] = [
  ["getblocktemplate.height is malformed", { height: "104" }],
  ["getblocktemplate.height is malformed", { height: 0 }],
  ["getblocktemplate.bits is malformed", { bits: "xyz" }],
  ["getblocktemplate.previousblockhash is malformed", { previousblockhash: "00" }],
  ["getblocktemplate.coinbasevalue is malformed", { coinbasevalue: 20_999 }],
  ["getblocktemplate.curtime is malformed", { curtime: 1.5 }],
  ["getblocktemplate.transactions is malformed", { transactions: {} }],
  ["getblocktemplate.transactions.0 is malformed", { transactions: [1] }],
  ["getblocktemplate.transactions.0.data is malformed", {
    transactions: [{ ...PARENT, data: "0" }],
  }],
  ["getblocktemplate.transactions.0.data is malformed", {
    transactions: [{ ...PARENT, data: "zz" }],
  }],
  ["getblocktemplate.transactions.0.txid is malformed", {
    transactions: [{ ...PARENT, txid: PARENT.txid.slice(2) }],
  }],
  ["getblocktemplate.transactions.0.depends is malformed", {
    transactions: [{ ...PARENT, depends: [1] }],
  }],
  ["getblocktemplate.transactions.0.fee is malformed", { transactions: [{ ...PARENT, fee: -1 }] }],
  ["getblocktemplate.longpollid is too-large", { longpollid: "x".repeat(5_000) }],
];
for (const [reason, change] of WRONG) {
  Deno.test(`TemplateReader says that ${reason}: ${JSON.stringify(change).slice(0, 40)}`, () => {
    strictEqual(reasonFor(change), reason);
  });
}

Deno.test("TemplateReader refuses more transactions than a block can have bytes of", () => {
  const many = Array.from({ length: 16_667 }, () => PARENT);
  strictEqual(
    reasonFor({ transactions: many }),
    "getblocktemplate.transactions is too-large",
  );
  const large = "00".repeat(2_500_000);
  strictEqual(
    reasonFor({
      transactions: [{ ...PARENT, data: large }, { ...CHILD, data: large }],
      coinbasevalue: 5_000_000_000,
    }),
    "getblocktemplate.transactions is too-large",
  );
});

Deno.test("TemplateReader never throws, whatever comes", () => {
  const value = fc.oneof(fc.jsonValue(), listedTransactions);
  const anything = fc.oneof(
    fc.uint8Array(),
    fc.json().map((json) => new TextEncoder().encode(json)),
    fc.jsonValue().map((result) => answerBody(result)),
    fc.dictionary(fc.constantFrom(...Object.keys(templateAnswer([]))), value)
      .map((change) => answerBody(templateAnswer([], change))),
  );
  fc.assert(fc.property(anything, (body) => {
    ok(["template", "refused", "garbage"].includes(new TemplateReader().read(body).type));
  }));
});

Deno.test("TemplateReader gives the node's error in its own words", () => {
  const error = { code: -10, message: "Bitcoin is downloading blocks..." };
  const body = new TextEncoder().encode(JSON.stringify({ result: null, error, id: 1 }));
  deepStrictEqual(new TemplateReader().read(body), { type: "refused", ...error });
});

Deno.test("TemplateReader gives the bytes of a transaction once, while it stays", () => {
  const reader = new TemplateReader();
  const read = (...numbers: number[]) => {
    const listed = numbers.map((number) => listedTransaction(numbered(number)));
    const reading = reader.read(answerBody(templateAnswer(listed)));
    ok(reading.type === "template");
    return reading.bytes;
  };
  strictEqual(read(1, 2, 3).ends.length, 3);
  const next = read(3, 4, 1);
  deepStrictEqual([...next.places], [2, -1, 0]);
  strictEqual(next.ends.length, 1);
  // It was gone for a template.
  deepStrictEqual([...read(2, 4).places], [-1, 1]);
});

Deno.test("TemplateReader and TransactionViews hand over every template's own transactions", () => {
  const sequences = fc.array(fc.uniqueArray(fc.nat(20), { maxLength: 12 }), { maxLength: 8 });
  fc.assert(fc.property(sequences, (sequence) => {
    const reader = new TemplateReader();
    const views = new TransactionViews();
    for (const numbers of sequence) {
      const listed = numbers.map((number) => listedTransaction(numbered(number)));
      const reading = reader.read(answerBody(templateAnswer(listed)));
      ok(reading.type === "template");
      deepStrictEqual(
        views.add(reading.bytes).map((bytes) => bytes.toHex()),
        listed.map(({ data }) => data),
      );
      // What comes between two templates changes nothing.
      match(reader.read(new Uint8Array(3)).type, /garbage/);
    }
  }));
});

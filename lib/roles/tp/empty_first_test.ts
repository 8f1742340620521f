import { deepStrictEqual, strictEqual } from "node:assert";
import { TpMachine } from "../../../tests/support/tp_machine.ts";

const FULL = { merklePath: [new Uint8Array(32)], fees: 500n };

function served(givesEmpty = true) {
  const machine = new TpMachine({}, { givesEmpty });
  machine.up(1);
  const client = machine.client(100);
  machine.answer(1, FULL);
  return { machine, client };
}

Deno.test("TDP-19 TpRole hands out an empty future template first on a new tip, the full one right behind", () => {
  const { machine, client } = served();
  machine.tip(2);
  deepStrictEqual(machine.builds.map(({ empty }) => empty), [true]);
  machine.answer(2);
  deepStrictEqual(client.templates.map(({ futureTemplate }) => futureTemplate), [true, true]);
  strictEqual(client.prevHashes.at(-1)?.prevHash[0], 2);
  deepStrictEqual(machine.builds.map(({ empty }) => empty), [false]);
  // Though it pays less than the threshold, and no time has passed.
  machine.answer(2, FULL);
  deepStrictEqual(client.templates.map(({ futureTemplate }) => futureTemplate), [
    true,
    true,
    false,
  ]);
  strictEqual(client.prevHashes.length, 2);
  deepStrictEqual(machine.builds, []);
});

Deno.test("TpRole sends no second template when the full one has no transactions either", () => {
  const { machine, client } = served();
  machine.tip(2);
  machine.answer(2);
  machine.answer(2);
  strictEqual(client.templates.length, 2);
  strictEqual(machine.released.length, 1);
});

Deno.test("TpRole gives who comes first a full template", () => {
  const { machine } = served();
  machine.client(300);
  deepStrictEqual(machine.builds.map(({ empty }) => empty), [false]);
});

Deno.test("TpRole asks for a full template when the node fails to make an empty one", () => {
  const { machine, client } = served();
  machine.tip(2);
  machine.fail("no");
  deepStrictEqual(machine.builds.map(({ empty }) => empty), [false]);
  machine.answer(2, FULL);
  strictEqual(client.templates.at(-1)?.futureTemplate, true);
  strictEqual(client.prevHashes.length, 2);
});

Deno.test("TpRole drops an empty template that another tip has overtaken, and asks for the next", () => {
  const { machine, client } = served();
  machine.tip(2);
  machine.tip(3);
  machine.answer(2);
  strictEqual(client.templates.length, 1);
  deepStrictEqual(machine.builds.map(({ empty }) => empty), [true]);
  machine.answer(3);
  strictEqual(client.prevHashes.at(-1)?.prevHash[0], 3);
});

Deno.test("TpRole asks for a full template when it has one on the new tip already", () => {
  const { machine } = served();
  machine.tip(2);
  machine.answer(2);
  machine.answer(2, FULL);
  machine.tip(2);
  deepStrictEqual(machine.builds.map(({ empty }) => empty), [false]);
});

Deno.test("TpRole never asks a node for what it does not have sooner", () => {
  const { machine } = served(false);
  machine.tip(2);
  deepStrictEqual(machine.builds.map(({ empty }) => empty), [false]);
});

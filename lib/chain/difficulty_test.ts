import { ok, strictEqual } from "node:assert";
import * as fc from "fast-check";
import { type BlockNode, blockNode, blockWork } from "./block_node.ts";
import { bitsAllowed, easiestBits } from "./difficulty.ts";
import { genesisBlock } from "./genesis.ts";
import { type ChainRules, POW_LIMIT_BITS } from "./rules.ts";

const START = 1_700_000_000;

function root(): BlockNode {
  return blockNode({ ...genesisBlock().header, time: START }, undefined);
}

function child(parent: BlockNode, time: number, nBits: number): BlockNode {
  return blockNode({ ...parent.header, prevHash: parent.hash, time, nBits }, parent);
}

/** Seconds that each of `count` blocks takes miners with `hashRate`, by the laws of chance. */
function mine(rules: ChainRules, hashRate: number, count: number): number[] {
  const random = uniform(7);
  const gaps: number[] = [];
  let node = root();
  let time = START;
  while (gaps.length < count) {
    const start = time;
    for (let found = false; !found;) {
      time += 0.25;
      const nBits = easiestBits(rules, node, Math.floor(time));
      found = random() < 1 - Math.exp(-hashRate * 0.25 / Number(blockWork(nBits)));
      if (found) node = child(node, Math.floor(time), nBits);
    }
    gaps.push(time - start);
  }
  return gaps;
}

const rules = { blockTime: 20, hashRate: 4e6, bootstrap: 0 };

for (const [who, rate] of [["as fast as hoped", 4e6], ["ten times as fast", 4e7]] as const) {
  Deno.test(`easiestBits() has a block about every block time with miners ${who}`, () => {
    const gaps = mine(rules, rate, 300);
    const mean = gaps.reduce((sum, gap) => sum + gap) / gaps.length;
    ok(mean > 15 && mean < 25, `${mean} s`);
    ok(Math.max(...gaps) < 80, `${Math.max(...gaps)} s`);
    ok((gaps[0] ?? Infinity) < 30, "the first block comes soon");
  });
}

Deno.test("easiestBits() lets miners a tenth as fast as hoped find blocks in about a minute", () => {
  const gaps = mine(rules, 4e5, 100);
  ok(Math.max(...gaps) < 90, `${Math.max(...gaps)} s`);
});

Deno.test("easiestBits() is as hard as anyone's miners make it", () => {
  const gaps = mine(rules, 1e14, 200).slice(100);
  const mean = gaps.reduce((sum, gap) => sum + gap) / gaps.length;
  ok(mean > 14 && mean < 26, `${mean} s`);
});

Deno.test("easiestBits() is the limit throughout the bootstrap, and on plain regtest", () => {
  const parent = child(root(), START + 1, POW_LIMIT_BITS);
  strictEqual(easiestBits({ ...rules, bootstrap: 2 }, parent, START), POW_LIMIT_BITS);
  strictEqual(easiestBits({ ...rules, blockTime: 0 }, parent, START), POW_LIMIT_BITS);
  ok(easiestBits({ ...rules, bootstrap: 1 }, parent, START) !== POW_LIMIT_BITS);
});

Deno.test("bitsAllowed() lets the time of a template's header run on, and nothing else", () => {
  const parent = child(root(), START + 1, POW_LIMIT_BITS);
  const times = fc.integer({ min: 0, max: 400 });
  fc.assert(fc.property(times, times, (made, said) => {
    const nBits = easiestBits(rules, parent, START + made);
    const then = easiestBits(rules, parent, START + said);
    const allowed = bitsAllowed(rules, parent, { time: START + said, nBits });
    return allowed === (said >= made || then === nBits) &&
      !bitsAllowed(rules, parent, { time: START + said, nBits: nBits - 1 });
  }));
});

function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return ((state >>> 0) + 0.5) / 2 ** 32;
  };
}

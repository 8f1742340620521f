import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { draftBlock, NOW, regtest, spend, toAnyone } from "../../tests/support/regtest.ts";
import { decodeBlock } from "../bitcoin/block.ts";
import { displayHash } from "../bitcoin/header.ts";
import { txid } from "../bitcoin/transaction.ts";
import type { Verdict } from "../node/node.ts";
import { type Acceptance, Chain, MAX_REORG } from "./chain.ts";
import { hashBlock } from "./hashed.ts";
import { COIN } from "./rules.ts";

function accept(chain: Chain, block: Uint8Array): Acceptance {
  return chain.accept(hashBlock(decodeBlock(block)), NOW + 100_000);
}

function verdict(chain: Chain, block: Uint8Array): Verdict {
  return accept(chain, block).verdict;
}

Deno.test("Chain starts from regtest's own genesis", () => {
  const { tip } = new Chain({ blockTime: 0, hashRate: 0, bootstrap: 0 });
  strictEqual(
    displayHash(tip.hash),
    "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206",
  );
});

Deno.test("Chain.accept() takes a valid block, and says `known` the second time", () => {
  const { chain } = regtest();
  const block = draftBlock(chain);
  const { verdict: first, connected } = accept(chain, block);
  deepStrictEqual(first, { outcome: "accepted" });
  strictEqual(connected.length, 1);
  strictEqual(chain.tip.height, 111);
  deepStrictEqual(verdict(chain, block), { outcome: "known" });
});

Deno.test("Chain.accept() remembers that a block was invalid", () => {
  const { chain } = regtest();
  const block = draftBlock(chain, { fees: 1n });
  deepStrictEqual(verdict(chain, block), { outcome: "refused", reason: "bad-cb-amount" });
  deepStrictEqual(verdict(chain, block), { outcome: "refused", reason: "duplicate-invalid" });
  const child = draftBlock(chain, { header: (h) => ({ ...h, prevHash: badHash(block) }) });
  deepStrictEqual(verdict(chain, child), { outcome: "refused", reason: "bad-prevblk" });
  strictEqual(chain.tip.height, 110);
});

Deno.test("Chain.accept() follows the most work, coins and all, and tells what moved", () => {
  const { chain, coins } = regtest();
  const [coin = ""] = coins;
  const root = chain.tip;
  const paying = spend([coin], [toAnyone(49n * COIN)]);
  const before = chain.coins.size;
  accept(chain, draftBlock(chain, { transactions: [paying], fees: COIN }));
  const loser = chain.tip;
  strictEqual(chain.coins.get(coin), undefined);

  const rival = draftBlock(chain, { parent: root });
  deepStrictEqual(verdict(chain, rival), { outcome: "side" });
  strictEqual(chain.tip, loser);
  const { header, hash } = hashBlock(decodeBlock(rival));
  const parent = { ...root, header, hash, height: root.height + 1, parent: root };
  const { verdict: won, disconnected, connected } = accept(chain, draftBlock(chain, { parent }));

  deepStrictEqual(won, { outcome: "accepted" });
  strictEqual(chain.tip.height, 112);
  deepStrictEqual(disconnected.map((block) => block.hash), [loser.hash]);
  deepStrictEqual(connected.map((block) => block.hash), [hash, chain.tip.hash]);
  ok(chain.coins.get(coin) !== undefined, "the coin is back");
  strictEqual(chain.coins.size, before + 2);
});

Deno.test("Chain.accept() stays where it was when the better branch turns out invalid", () => {
  const { chain } = regtest();
  const root = chain.tip;
  accept(chain, draftBlock(chain));
  const tip = chain.tip;
  const coins = chain.coins.size;

  // On the side only the header and the form of a block are checked.
  const greedy = draftBlock(chain, { parent: root, fees: 1n });
  deepStrictEqual(verdict(chain, greedy), { outcome: "side" });
  const { header, hash } = hashBlock(decodeBlock(greedy));
  const parent = { ...root, header, hash, height: root.height + 1, parent: root };
  deepStrictEqual(verdict(chain, draftBlock(chain, { parent })), {
    outcome: "refused",
    reason: "bad-prevblk",
  });
  strictEqual(chain.tip, tip);
  strictEqual(chain.coins.size, coins);
  deepStrictEqual(verdict(chain, draftBlock(chain)), { outcome: "accepted" });
});

Deno.test("Chain.accept() goes back all the way when a branch turns out invalid in its middle", () => {
  const { chain, coins: [coin = ""] } = regtest();
  const root = chain.tip;
  accept(chain, draftBlock(chain));
  accept(chain, draftBlock(chain));
  const { tip } = chain;
  const before = chain.coins.size;
  let parent = root;
  const said: Verdict[] = [];
  const paying = { transactions: [spend([coin], [toAnyone(1n), toAnyone(1n)])] };
  for (const draft of [paying, { fees: 1n }, {}]) {
    const block = draftBlock(chain, { ...draft, parent });
    said.push(verdict(chain, block));
    const { header, hash } = hashBlock(decodeBlock(block));
    parent = { ...parent, header, hash, height: parent.height + 1, parent };
  }
  deepStrictEqual(said.map(({ outcome }) => outcome), ["side", "side", "refused"]);
  strictEqual(chain.tip, tip);
  strictEqual(chain.coins.size, before);
  ok(chain.coins.get(coin) !== undefined);
  deepStrictEqual(verdict(chain, draftBlock(chain, paying)), { outcome: "accepted" });
});

Deno.test("Chain.accept() forgets a coin that was made and spent in a block taken back", () => {
  const { chain, coins: [coin = ""] } = regtest();
  const root = chain.tip;
  const before = chain.coins.size;
  const first = spend([coin], [toAnyone(3n)]);
  const second = spend([`${txid(first).toHex()}:0`], [toAnyone(2n)]);
  accept(chain, draftBlock(chain, { transactions: [first, second] }));
  const rival = draftBlock(chain, { parent: root });
  accept(chain, rival);
  const { header, hash } = hashBlock(decodeBlock(rival));
  const parent = { ...root, header, hash, height: root.height + 1, parent: root };
  accept(chain, draftBlock(chain, { parent }));
  strictEqual(chain.tip.height, root.height + 2);
  strictEqual(chain.coins.get(`${txid(first).toHex()}:0`), undefined);
  strictEqual(chain.coins.size, before + 2);
});

Deno.test("Chain.accept() reorganises by three blocks and back", () => {
  const { chain } = regtest();
  const root = chain.tip;
  const branch = (length: number, tag: number): Uint8Array[] => {
    const blocks: Uint8Array[] = [];
    let parent = root;
    while (blocks.length < length) {
      const block = draftBlock(chain, {
        parent,
        header: (h) => ({ ...h, version: h.version | (tag << 13) }),
      });
      const { header, hash } = hashBlock(decodeBlock(block));
      parent = { ...parent, header, hash, height: parent.height + 1, parent };
      blocks.push(block);
    }
    return blocks;
  };
  const [a, b] = [branch(5, 1), branch(4, 2)];
  for (const block of a.slice(0, 3)) accept(chain, block);
  const depths = [...b, ...a.slice(3)].map((block) => accept(chain, block).disconnected.length);
  deepStrictEqual(depths, [0, 0, 0, 3, 0, 4]);
  deepStrictEqual(chain.tip.hash, hashBlock(decodeBlock(a[4] ?? new Uint8Array())).hash);
});

Deno.test("Chain.accept() keeps no more than it may need", () => {
  const { chain } = regtest();
  const old = chain.tip;
  const early = draftBlock(chain, { parent: old, header: (h) => ({ ...h, version: 4 }) });
  for (let i = 0; i <= MAX_REORG; i++) accept(chain, draftBlock(chain));
  deepStrictEqual(verdict(chain, early), { outcome: "refused", reason: "fork-too-deep" });
  for (let i = 0; i <= MAX_REORG; i++) accept(chain, draftBlock(chain));
  deepStrictEqual(verdict(chain, early), { outcome: "refused", reason: "prev-blk-not-found" });
});

Deno.test("Chain.accept() bounds the blocks on the side", () => {
  const { chain } = regtest();
  const root = chain.tip;
  accept(chain, draftBlock(chain));
  const reasons = new Set<string>();
  for (let i = 0; i < 400; i++) {
    const said = verdict(
      chain,
      draftBlock(chain, {
        parent: root,
        header: (h) => ({ ...h, version: (h.version | ((i + 1) << 13)) >>> 0 }),
      }),
    );
    reasons.add(said.outcome === "refused" ? said.reason : said.outcome);
  }
  deepStrictEqual([...reasons], ["side", "too-many-side-blocks"]);
});

function badHash(block: Uint8Array): Uint8Array {
  return hashBlock(decodeBlock(block)).hash;
}

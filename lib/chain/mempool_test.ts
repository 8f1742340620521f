import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { draftBlock, NOW, regtest, spend, toAnyone } from "../../tests/support/regtest.ts";
import { decodeBlock } from "../bitcoin/block.ts";
import type { Transaction } from "../bitcoin/transaction.ts";
import type { Chain } from "./chain.ts";
import { type Outpoint, outpoint } from "./coins.ts";
import { hashBlock, type HashedTransaction, hashTransaction } from "./hashed.ts";
import { MAX_ANCESTORS, Mempool } from "./mempool.ts";
import { selectTransactions } from "./select.ts";

const COIN = 50_0000_0000n;
const ROOM = { weight: 4_000_000, sigops: 80_000 };

function paying(coins: Outpoint[], fee: bigint, total = COIN): HashedTransaction {
  return hashTransaction(spend(coins, [toAnyone(total - fee)]));
}

function mine(chain: Chain, pool: Mempool, transactions: Transaction[], parent = chain.tip): void {
  const block = hashBlock(decodeBlock(draftBlock(chain, { transactions, parent })));
  pool.follow(chain.accept(block, NOW + 100_000));
}

function selected(pool: Mempool): string[] {
  return selectTransactions(pool, ROOM).map(({ hashed }) => hashed.key);
}

Deno.test("Mempool.add() takes what is valid, once", () => {
  const { pool, coins: [coin = ""] } = regtest();
  const tx = paying([coin], 1_000n);
  strictEqual(pool.add(tx), undefined);
  strictEqual(pool.add(tx), "txn-already-in-mempool");
  strictEqual(pool.get(tx.key)?.fee, 1_000n);
});

Deno.test("Mempool.add() says in Bitcoin Core's words why not", () => {
  const { pool, chain, coins: [coin = ""], immature: [young = ""] } = regtest();
  const add = (tx: Transaction): string | undefined => pool.add(hashTransaction(tx));
  const fine = spend([coin], [toAnyone(1n)]);
  strictEqual(add({ ...fine, lockTime: 111 }), "non-final");
  strictEqual(add({ ...fine, outputs: [] }), "bad-txns-vout-empty");
  strictEqual(add(spend([young], [toAnyone(1n)])), "bad-txns-premature-spend-of-coinbase");
  strictEqual(add(spend([coin], [toAnyone(COIN + 1n)])), "bad-txns-in-belowout");
  strictEqual(
    add(spend([`${"11".repeat(32)}:0`], [toAnyone(1n)])),
    "bad-txns-inputs-missingorspent",
  );
  strictEqual(
    add(spend([coin], [{ value: 0n, scriptPubKey: new Uint8Array(1_000_000) }])),
    "bad-txns-oversize",
  );
  const coinbase = decodeBlock(draftBlock(chain)).transactions[0];
  strictEqual(coinbase && add(coinbase), "coinbase");
  strictEqual(pool.size, 0);
});

Deno.test("Mempool.add() takes chains of 25", () => {
  const { pool, coins: [coin = ""] } = regtest();
  let from = coin;
  for (let length = 1; length <= MAX_ANCESTORS; length++) {
    const tx = paying([from], 10n * BigInt(length));
    strictEqual(pool.add(tx), undefined);
    from = outpoint(tx.key, 0);
  }
  strictEqual(pool.add(paying([from], 1_000n)), "too-long-mempool-chain");
  strictEqual(selected(pool).length, MAX_ANCESTORS);
});

Deno.test("Mempool.add() replaces what pays less, and all that depends on it", () => {
  const { pool, coins: [coin = ""] } = regtest();
  const first = paying([coin], 1_000n);
  const dependent = paying([outpoint(first.key, 0)], 3_000n);
  pool.add(first);
  pool.add(dependent);
  strictEqual(pool.add(paying([coin], 2_000n)), "insufficient fee");
  const better = paying([coin], 3_001n);
  strictEqual(pool.add(better), undefined);
  deepStrictEqual(selected(pool), [better.key]);
  strictEqual(pool.add(dependent), "bad-txns-inputs-missingorspent");
});

Deno.test("Mempool.add() asks a replacement for more in all, not just for more a byte", () => {
  const { pool, coins: [coin = ""] } = regtest();
  pool.add(hashTransaction(spend([coin], [toAnyone(COIN - 1_001n), toAnyone(1n)])));
  strictEqual(pool.add(paying([coin], 1_000n)), "insufficient fee");
  strictEqual(pool.add(paying([coin], 1_001n)), undefined);
});

Deno.test("Mempool.add() is full at its capacity", () => {
  const { chain, coins } = regtest();
  const pool = new Mempool(chain, 2);
  const said = coins.slice(0, 3).map((coin) => pool.add(paying([coin], 1n)));
  deepStrictEqual(said, [undefined, undefined, "mempool full"]);
});

Deno.test("Mempool.follow() drops what was mined and what is impossible since", () => {
  const { chain, pool, coins: [one = "", two = "", three = ""] } = regtest();
  const mined = paying([one], 1n);
  const loser = paying([two], 1n);
  const dependent = paying([outpoint(loser.key, 0)], 2n);
  const child = paying([outpoint(mined.key, 0)], 3n);
  const other = paying([three], 4n);
  for (const tx of [mined, loser, dependent, child, other]) strictEqual(pool.add(tx), undefined);
  mine(chain, pool, [mined.tx, spend([two], [toAnyone(7n)])]);
  deepStrictEqual(new Set(selected(pool)), new Set([child.key, other.key]));
  strictEqual(pool.get(child.key)?.parents.size, 0);
});

Deno.test("Mempool.follow() takes back what a reorganisation unmined", () => {
  const { chain, pool, coins: [one = "", two = ""] } = regtest();
  const root = chain.tip;
  const mined = paying([one], 1n);
  const waiting = paying([outpoint(mined.key, 0)], 2n);
  const other = paying([two], 3n);
  for (const tx of [mined, waiting, other]) pool.add(tx);
  mine(chain, pool, [mined.tx]);
  deepStrictEqual(new Set(selected(pool)), new Set([waiting.key, other.key]));

  const rival = hashBlock(decodeBlock(draftBlock(chain, { parent: root })));
  pool.follow(chain.accept(rival, NOW + 100_000));
  const parent = { ...root, header: rival.header, hash: rival.hash, height: 111, parent: root };
  mine(chain, pool, [], parent);
  strictEqual(chain.tip.height, 112);
  const now = selected(pool);
  deepStrictEqual(new Set(now), new Set([mined.key, waiting.key, other.key]));
  ok(now.indexOf(mined.key) < now.indexOf(waiting.key));
});

Deno.test("selectTransactions() takes what pays best for the room, with what it needs", () => {
  const { pool, coins: [one = "", two = "", three = ""] } = regtest();
  const poor = paying([one], 1n);
  const rich = paying([outpoint(poor.key, 0)], 9_000n);
  const middle = paying([two], 2_000n);
  const cheap = paying([three], 1_000n);
  for (const tx of [poor, rich, middle, cheap]) pool.add(tx);
  deepStrictEqual(selected(pool), [poor.key, rich.key, middle.key, cheap.key]);
  const room = (count: number) => ({ weight: poor.weight * count, sigops: 80_000 });
  const taken = (count: number): string[] =>
    selectTransactions(pool, room(count)).map(({ hashed }) => hashed.key);
  deepStrictEqual(taken(3), [poor.key, rich.key, middle.key]);
  deepStrictEqual(taken(1), [middle.key]);
  deepStrictEqual(taken(0), []);
});

Deno.test("selectTransactions() counts checks of signatures", () => {
  const { pool, coins: [one = "", two = ""] } = regtest();
  const checks = { value: 0n, scriptPubKey: new Uint8Array(100).fill(0xac) };
  const heavy = hashTransaction(spend([one], [checks, toAnyone(1n)]));
  const light = paying([two], 1_000n);
  for (const tx of [heavy, light]) pool.add(tx);
  const taken = (sigops: number): string[] =>
    selectTransactions(pool, { ...ROOM, sigops }).map(({ hashed }) => hashed.key);
  deepStrictEqual(taken(400), [heavy.key, light.key]);
  deepStrictEqual(taken(399), [light.key]);
  deepStrictEqual(taken(0), [light.key]);
});

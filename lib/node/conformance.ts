/**
 * What every {@link Node} must do, as tests. A backend's own test calls {@link testNode} with a way to
 * open a fresh node on a regtest chain of trivial difficulty that no one else mines.
 *
 * @module
 */

import { deepStrictEqual, match, notStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { bytesFromHex, concatBytes } from "../bitcoin/bytes.ts";
import { sha256d } from "../bitcoin/hash.ts";
import { blockHash } from "../bitcoin/header.ts";
import { foldMerklePath, merkleRoot } from "../bitcoin/merkle.ts";
import { decodeOutputs, decodeTransaction, txid, wtxid } from "../bitcoin/transaction.ts";
import { OperatorError } from "../errors.ts";
import type { Node, NodeEvent, NodeTemplate, SolvedBlock } from "./node.ts";
import { solveTemplate } from "./solve.ts";

/** A node under test. */
export interface NodeBench {
  /** Not run yet. */
  readonly node: Node;
  /** Puts a transaction that has a witness and pays a fee into the node's pool. */
  pay(): Promise<void>;
  /** Resolves after `ms` of the node's time. */
  wait(ms: number): Promise<void>;
  close(): Promise<void>;
}

/** A kind of node, and where its tests go. */
export interface NodeSuite {
  /** For the names of the tests. */
  readonly name: string;
  open(): Promise<NodeBench>;
  /** One whose chain is regtest too, but that is told to be on mainnet; absent where nobody can be wrong. */
  openMistaken?(): Promise<NodeBench>;
  /** Registers a test: `Deno.test`. */
  test(name: string, run: () => Promise<void>): void;
}

const CONSTRAINTS = { reservedWeight: 2_000, reservedSigops: 400 };
const ANYONE_P2WSH = bytesFromHex(
  "00204ae81572f06e1b88fd5ced7a1a000945432e83e1551e6f721ee9c00b8cc33260",
);

/** Registers the suite. */
export function testNode(suite: NodeSuite): void {
  const { name } = suite;
  const test = (what: string, run: (bench: Bench) => Promise<void>): void =>
    suite.test(`${name} ${what}`, async () => {
      const bench = await Bench.open(suite);
      try {
        await run(bench);
      } finally {
        await bench.close();
      }
    });

  test("says that it is up, and on which tip", async ({ events, node }) => {
    const [first] = events;
    strictEqual(first?.type, "up");
    const { blocks, headers, initialDownload } = await node.health();
    strictEqual(first.tip.height, blocks);
    strictEqual(headers, blocks);
    strictEqual(initialDownload, false);
  });

  test("makes a template on its tip", async ({ events, node }) => {
    const [first] = events;
    const template = await node.template(CONSTRAINTS);
    strictEqual(first?.type, "up");
    deepStrictEqual(template.prevHash, first.tip.hash);
    strictEqual(template.height, first.tip.height + 1);
    strictEqual(template.nBits, first.tip.nBits);
    ok(template.time >= template.minTime);
    ok(template.coinbase.scriptSigPrefix.length <= 8);
    ok(template.coinbase.valueRemaining >= template.fees);
  });

  test("gives the transactions that the template stands for", async (bench) => {
    await bench.pay();
    const template = await bench.node.template(CONSTRAINTS);
    const transactions = (await template.transactions()).map(decodeTransaction);
    ok(transactions.length > 0, "the transaction is in it");
    const anything = new Uint8Array(32).fill(1);
    deepStrictEqual(
      foldMerklePath(anything, template.merklePath),
      merkleRoot([anything, ...transactions.map(txid)]),
    );
    const { coinbase } = template;
    const outputs = decodeOutputs(coinbase.outputs, coinbase.outputCount);
    const reserved = coinbase.witnessReserved ?? new Uint8Array();
    const root = merkleRoot([new Uint8Array(32), ...transactions.map(wtxid)]);
    const commitment = sha256d(concatBytes(root, reserved)).toHex();
    ok(outputs.some(({ scriptPubKey }) => scriptPubKey.toHex() === `6a24aa21a9ed${commitment}`));
  });

  test("keeps the room free that was asked for", async (bench) => {
    await bench.pay();
    const full = { reservedWeight: 4_000_000, reservedSigops: 80_000 };
    const template = await bench.node.template(full);
    deepStrictEqual(await template.transactions(), []);
    strictEqual(template.fees, 0n);
    deepStrictEqual(template.merklePath, []);
    await rejects(bench.node.template({ ...full, reservedWeight: 4_000_001 }));
  });

  test("takes a solved block, tells of the tip, and builds on it", async (bench) => {
    await bench.pay();
    const block = await bench.solve();
    deepStrictEqual(await bench.node.submit(block), { outcome: "accepted" });
    const hash = blockHash(block.header);
    await bench.until(({ type, ...event }) =>
      type === "tip" && "tip" in event && event.tip.hash.toHex() === hash.toHex()
    );
    deepStrictEqual((await bench.node.template(CONSTRAINTS)).prevHash, hash);
    deepStrictEqual(await bench.node.submit(block), { outcome: "known" });
  });

  test("takes a block of an earlier run, of which it has no template", async (bench) => {
    await bench.pay();
    const block = { ...await bench.solve(), template: undefined };
    deepStrictEqual(await bench.node.submit(block), { outcome: "accepted" });
    deepStrictEqual(await bench.node.submit(block), { outcome: "known" });
    deepStrictEqual((await bench.node.template(CONSTRAINTS)).prevHash, blockHash(block.header));
  });

  test("takes a block for a template that is not its last", async (bench) => {
    const old = await bench.node.template(CONSTRAINTS);
    await bench.pay();
    await bench.node.template({ ...CONSTRAINTS, reservedWeight: 3_000 });
    deepStrictEqual(await bench.node.submit(await bench.solve(old)), { outcome: "accepted" });
  });

  test("keeps its tip when a rival comes second", async (bench) => {
    const template = await bench.node.template(CONSTRAINTS);
    const first = await bench.solve(template, "first");
    await bench.node.submit(first);
    deepStrictEqual(await bench.node.submit(await bench.solve(template, "second")), {
      outcome: "side",
    });
    deepStrictEqual((await bench.node.template(CONSTRAINTS)).prevHash, blockHash(first.header));
  });

  test("refuses an invalid block with a reason, and stays as it is", async (bench) => {
    const { height, ...rest } = await bench.node.template(CONSTRAINTS);
    const greedy = {
      ...rest,
      height,
      coinbase: { ...rest.coinbase, valueRemaining: rest.coinbase.valueRemaining + 1n },
    };
    const verdict = await bench.node.submit(await bench.solve(greedy));
    strictEqual(verdict.outcome, "refused");
    notStrictEqual(verdict.reason, "");
    strictEqual((await bench.node.template(CONSTRAINTS)).height, height);
  });

  test("has empty templates that make blocks, if it has any", async (bench) => {
    await bench.pay();
    const full = await bench.node.template(CONSTRAINTS);
    const empty = await bench.node.emptyTemplate?.(CONSTRAINTS);
    if (empty === undefined) return;
    ok(full.fees > 0n, "there is something to leave out");
    deepStrictEqual(await empty.transactions(), []);
    deepStrictEqual(empty.merklePath, []);
    strictEqual(empty.fees, 0n);
    const { prevHash, height, nBits } = full;
    deepStrictEqual([empty.prevHash, empty.height, empty.nBits], [prevHash, height, nBits]);
    const block = await bench.solve(empty);
    deepStrictEqual(await bench.node.submit(block), { outcome: "accepted" });
    await bench.until((event) => event.type === "tip");
    deepStrictEqual(
      (await bench.node.emptyTemplate?.(CONSTRAINTS))?.prevHash,
      blockHash(block.header),
    );
    empty.release();
  });

  test("tells when fees can be had, and its templates pay them", async (bench) => {
    const { fees } = await bench.node.template(CONSTRAINTS);
    await bench.pay();
    await bench.until(({ type }) => type === "fees");
    ok((await bench.node.template(CONSTRAINTS)).fees > fees);
  });

  test("tells nobody who does not listen any more", async (bench) => {
    const heard: NodeEvent[] = [];
    const stop = bench.node.subscribe((event) => heard.push(event));
    stop();
    await bench.node.submit(await bench.solve());
    await bench.until(({ type }) => type === "tip");
    deepStrictEqual(heard, []);
  });

  test("ends when it is told to, and refuses from then on", async (bench) => {
    const template = await bench.node.template(CONSTRAINTS);
    await bench.stop();
    await rejects(bench.node.template(CONSTRAINTS));
    template.release();
    template.release();
  });

  const openMistaken = suite.openMistaken?.bind(suite);
  if (openMistaken !== undefined) {
    suite.test(`${name} refuses a node of another network, and names both`, async () => {
      const bench = await openMistaken();
      try {
        const { signal } = new AbortController();
        const waited = bench.wait(10_000).then(() => "it runs");
        await rejects(Promise.race([bench.node.run(signal), waited]), (error) => {
          ok(error instanceof OperatorError && error.kind === "config", String(error));
          match(error.message, /\bregtest\b/);
          match(error.message, /\bmainnet\b/);
          return true;
        });
      } finally {
        await bench.close();
      }
    });
  }
}

/** A node that runs, and what it said. */
class Bench {
  readonly node: Node;
  readonly events: NodeEvent[] = [];
  readonly #bench: NodeBench;
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;

  private constructor(bench: NodeBench) {
    this.#bench = bench;
    this.node = bench.node;
    this.node.subscribe((event) => this.events.push(event));
    this.#done = this.node.run(this.#stop.signal);
  }

  static async open(suite: NodeSuite): Promise<Bench> {
    const bench = new Bench(await suite.open());
    await bench.until(({ type }) => type === "up");
    return bench;
  }

  pay(): Promise<void> {
    return this.#bench.pay();
  }

  async solve(template?: NodeTemplate, tag = ""): Promise<SolvedBlock> {
    const what = template ?? await this.node.template(CONSTRAINTS);
    const transactions = await what.transactions();
    return solveTemplate(what, transactions, { payTo: ANYONE_P2WSH, tag });
  }

  /** Waits for an event, up to ten seconds of the node's time. */
  async until(wanted: (event: NodeEvent) => boolean): Promise<void> {
    for (let tries = 0; tries < 100; tries++) {
      if (this.events.some(wanted)) return;
      await this.#bench.wait(100);
    }
    throw new Error(`No such event among ${this.events.map(({ type }) => type).join(", ")}`);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  async close(): Promise<void> {
    await this.stop();
    await this.#bench.close();
  }
}

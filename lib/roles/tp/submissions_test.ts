import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { FakeHost, settle } from "../../../tests/support/fake_host.ts";
import { encodeBlock } from "../../bitcoin/block.ts";
import { blockHash, displayHash, encodeHeader } from "../../bitcoin/header.ts";
import { encodeTransaction } from "../../bitcoin/transaction.ts";
import { OperatorError } from "../../errors.ts";
import type { BlockTarget, NodeTemplate, SolvedBlock, Verdict } from "../../node/node.ts";
import type { FoundBlock } from "./desk.ts";
import { SolutionStore } from "./solution_store.ts";
import { Submissions } from "./submissions.ts";

/** A node that answers as it is told to, and keeps what it was given. */
class Target implements BlockTarget {
  readonly name: string;
  readonly given: SolvedBlock[] = [];
  answer: () => Promise<Verdict> = () => Promise.resolve({ outcome: "accepted" });

  constructor(name: string) {
    this.name = name;
  }

  submit(block: SolvedBlock): Promise<Verdict> {
    this.given.push(block);
    return this.answer();
  }
}

const unreachable = () => Promise.reject(new OperatorError("peer", "nobody is there"));

class World {
  readonly host: FakeHost;
  readonly targets: readonly Target[];
  readonly store: SolutionStore;
  readonly submissions: Submissions;
  readonly told: { hash: string; verdict: Verdict }[] = [];
  readonly judged: Verdict[] = [];

  constructor(names: readonly string[], disk?: ReadonlyMap<string, Uint8Array>) {
    this.host = new FakeHost();
    for (const [path, bytes] of disk ?? []) this.host.disk.set(path, bytes);
    const { files, clock, log } = this.host;
    this.targets = names.map((name) => new Target(name));
    this.store = new SolutionStore({ files, clock, directory: "solved" });
    this.submissions = new Submissions({
      targets: this.targets,
      store: this.store,
      host: this.host,
      log,
      onBlock: (block) => void this.told.push(block),
    });
  }

  static async open(names: readonly string[], disk?: ReadonlyMap<string, Uint8Array>) {
    const world = new World(names, disk);
    await world.store.load();
    return world;
  }

  find(found: FoundBlock): void {
    this.submissions.found(found, (verdict) => this.judged.push(verdict));
  }

  files(): string[] {
    return [...this.host.disk.keys()].sort();
  }
}

const COINBASE = encodeTransaction({
  version: 2,
  inputs: [{
    prevTxid: new Uint8Array(32),
    vout: 0xffff_ffff,
    scriptSig: Uint8Array.of(2, 200, 0),
    sequence: 0,
    witness: [new Uint8Array(32)],
  }],
  outputs: [{ value: 1n, scriptPubKey: Uint8Array.of(0x51) }],
  lockTime: 0,
}, { witness: true });

function foundBlock(
  nonce: number,
  transactions: NodeTemplate["transactions"] = () => Promise.resolve([]),
): FoundBlock {
  const header = encodeHeader({
    version: 0x2000_0000,
    prevHash: new Uint8Array(32),
    merkleRoot: new Uint8Array(32),
    time: 1,
    nBits: 0x207f_ffff,
    nonce,
  });
  const template = { height: 200, transactions } as NodeTemplate;
  return {
    template,
    templateId: 7n,
    header,
    hash: blockHash(header),
    coinbase: COINBASE,
    peerId: 1,
    address: "127.0.0.1:5",
  };
}

const hashOf = ({ hash }: FoundBlock): string => displayHash(hash);

Deno.test("Submissions gives a block to every node at once, each until it answers", async () => {
  const world = await World.open(["near", "far"]);
  const [near, far] = world.targets;
  ok(near && far);
  far.answer = unreachable;
  const block = foundBlock(1);
  world.find(block);
  await settle();
  strictEqual(near.given.length, 1);
  strictEqual(far.given.length, 1);
  deepStrictEqual(world.judged, [{ outcome: "accepted" }]);
  const path = `solved/${hashOf(block)}.block`;
  ok(world.host.disk.has(path), "kept for the node that has not answered");
  await world.host.clock.advance(120_000);
  ok(far.given.length > 60);
  const [line] = world.host.logged("block.unanswered");
  strictEqual(line?.["node"], "far");
  far.answer = () => Promise.resolve({ outcome: "known" });
  await world.host.clock.advance(10_000);
  deepStrictEqual(world.files(), ["solved/solutions.jsonl"]);
  deepStrictEqual(world.judged.length, 1);
  deepStrictEqual(world.told, [{ hash: hashOf(block), verdict: { outcome: "accepted" } }]);
});

Deno.test("Submissions keeps no node waiting for another that does not answer", async () => {
  const world = await World.open(["near", "far"]);
  const [near, far] = world.targets;
  ok(near && far);
  near.answer = () => new Promise(() => {});
  world.find(foundBlock(2));
  await settle();
  deepStrictEqual(world.judged, [{ outcome: "accepted" }]);
});

Deno.test("Submissions believes the templates' node when it refuses, and asks the others", async () => {
  const world = await World.open(["near", "far"]);
  const [near, far] = world.targets;
  ok(near && far);
  near.answer = () => Promise.resolve({ outcome: "refused", reason: "bad-cb-amount" });
  far.answer = unreachable;
  const block = foundBlock(3);
  world.find(block);
  await settle();
  deepStrictEqual(world.judged, [{ outcome: "refused", reason: "bad-cb-amount" }]);
  far.answer = near.answer;
  await world.host.clock.advance(2_000);
  // Nobody took it: it stays for whoever wants to know why.
  ok(world.host.disk.has(`solved/${hashOf(block)}.block`));
  const again = await World.open(["near", "far"], world.host.disk);
  deepStrictEqual(again.store.unanswered("near"), []);
});

Deno.test("Submissions takes up after a stop what each node has not answered", async () => {
  const first = await World.open(["near", "far"]);
  const [, far] = first.targets;
  ok(far);
  far.answer = unreachable;
  const block = foundBlock(4);
  first.find(block);
  await settle();
  const second = await World.open(["near", "far", "new"], first.host.disk);
  for (const target of second.targets) second.submissions.resume(target);
  await settle();
  deepStrictEqual(second.targets.map(({ given }) => given.length), [0, 1, 1]);
  deepStrictEqual(second.targets[1]?.given[0]?.block, first.targets[0]?.given[0]?.block);
  deepStrictEqual(second.targets[1]?.given[0]?.coinbase, COINBASE);
  strictEqual(second.host.logged("block.resumed")[0]?.["height"], 200);
  deepStrictEqual(second.files(), ["solved/solutions.jsonl"]);
  deepStrictEqual(second.told.length, 1);
  const [solution] = second.store.list();
  deepStrictEqual([...solution?.answers.keys() ?? []], ["near", "far", "new"]);
});

Deno.test("Submissions keeps header and coinbase while the transactions are not to be had", async () => {
  const world = await World.open(["near"]);
  let there = false;
  const block = foundBlock(5, () => there ? Promise.resolve([]) : unreachable());
  world.find(block);
  await world.host.clock.advance(3_000);
  const partial = `solved/${hashOf(block)}.partial`;
  deepStrictEqual(world.files(), [partial]);
  match(new TextDecoder().decode(world.host.disk.get(partial)), /"header":"00000020/);
  strictEqual(world.targets[0]?.given.length, 0);
  there = true;
  await world.host.clock.advance(2_000);
  deepStrictEqual(world.judged, [{ outcome: "accepted" }]);
  deepStrictEqual(world.files(), ["solved/solutions.jsonl"]);
});

Deno.test("Submissions has the block on disk, whole, before any node hears of it", async () => {
  const world = await World.open(["near"]);
  const [near] = world.targets;
  ok(near);
  const block = foundBlock(6);
  let onDisk: Uint8Array | undefined;
  near.answer = () => {
    onDisk = world.host.disk.get(`solved/${hashOf(block)}.block`);
    return Promise.resolve({ outcome: "accepted" });
  };
  world.find(block);
  await settle();
  deepStrictEqual(onDisk, encodeBlock(block.header, [COINBASE]));
});

Deno.test("SolutionStore reads a journal whose last line was cut off, and goes on in a new one", async () => {
  const world = await World.open(["near"]);
  const [one, two] = [foundBlock(7), foundBlock(8)];
  world.find(one);
  await settle();
  const journal = world.host.disk.get("solved/solutions.jsonl") ?? new Uint8Array();
  world.host.disk.set("solved/solutions.jsonl", journal.subarray(0, journal.length - 9));
  const next = await World.open(["near"], world.host.disk);
  next.find(two);
  await settle();
  const last = await World.open(["near"], next.host.disk);
  deepStrictEqual(
    last.store.list().map(({ hash, answers }) => [hash, [...answers.keys()]]),
    [[hashOf(one), []], [hashOf(two), ["near"]]],
  );
});

import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { blockHash, displayHash } from "../../bitcoin/header.ts";
import { decodeTransaction, txid } from "../../bitcoin/transaction.ts";
import { foldMerklePath } from "../../bitcoin/merkle.ts";
import type { SubmitSolution } from "../../messages/template.ts";
import { MINING_CLIENT_FLAGS } from "../../messages/flags.ts";
import type { Files } from "../../ports.ts";
import { FakeHost } from "../../../tests/support/fake_host.ts";
import { EASY_BITS, PoolStage } from "../../../tests/support/pool_stage.ts";
import { decodeBlock, encodeBlock, type FoundBlock, solutionOf } from "./found.ts";
import { BlockLedger } from "./ledger.ts";

/** A block, found on the machine as it would be. */
function found(kind: "extended" | "standard" = "extended", userIdentity = "alice.rig"): FoundBlock {
  const stage = new PoolStage({ nBits: EASY_BITS });
  const { template } = stage.newBlock();
  const peer = stage.connect(
    kind === "standard" ? { flags: MINING_CLIENT_FLAGS.requiresStandardJobs } : {},
  );
  const open = { nominalHashRate: 0, userIdentity };
  const miner = kind === "standard"
    ? stage.openStandard(peer, open)
    : stage.openExtended(peer, open);
  while (stage.found.length === 0) miner.submit();
  const [block] = stage.found;
  ok(block);
  strictEqual(block.templateId, template.templateId);
  return block;
}

function world(options: { reachable?: boolean; host?: FakeHost; files?: Partial<Files> } = {}) {
  const host = options.host ?? new FakeHost();
  const sent: { provider: string; solution: SubmitSolution; saved: string[] }[] = [];
  const accepted: FoundBlock[] = [];
  const state = { reachable: options.reachable ?? true };
  const ledger = new BlockLedger({
    files: { ...host.files, ...options.files },
    directory: "blocks",
    submit(provider, solution) {
      if (state.reachable) sent.push({ provider, solution, saved: [...host.disk.keys()] });
      return state.reachable;
    },
    clock: host.clock,
    log: host.log,
    onAccepted: (block) => void accepted.push(block),
  });
  return { host, ledger, sent, accepted, state };
}

for (const kind of ["extended", "standard"] as const) {
  Deno.test(`MIN-64, B141-3, B141-5, TDP-27 a block of the ${kind} kind is whole: header, root, coinbase with witness`, () => {
    const block = found(kind);
    strictEqual(displayHash(blockHash(block.header)), block.hash);
    const coinbase = decodeTransaction(block.coinbase);
    deepStrictEqual(coinbase.inputs[0]?.witness, [new Uint8Array(32)]);
    const path = [new Uint8Array(32).fill(2), new Uint8Array(32).fill(3)];
    deepStrictEqual(foldMerklePath(txid(coinbase), path), block.header.merkleRoot);
    strictEqual(block.height, 100);
    const { headerTimestamp, headerNonce, version } = solutionOf(block);
    deepStrictEqual(
      [headerTimestamp, headerNonce, version],
      [block.header.time, block.header.nonce, block.header.version],
    );
    strictEqual(block.user, "alice.rig");
  });
}

Deno.test("a block is on the disk before its solution is sent, and sent once", async () => {
  const { ledger, sent, host } = world();
  const block = found();
  ledger.found(block);
  ledger.found(block);
  strictEqual(sent.length, 0);
  await ledger.idle();
  strictEqual(sent.length, 1);
  deepStrictEqual(sent[0]?.saved, [`blocks/pending/${block.hash}.json`]);
  deepStrictEqual(sent[0]?.solution, solutionOf(block));
  strictEqual(host.logged("block.found")[0]?.["hash"], block.hash);
});

Deno.test("a block that was found while its provider was lost is sent when it is back", async () => {
  const { ledger, sent, state, host } = world({ reachable: false });
  const block = found();
  ledger.found(block);
  await ledger.idle();
  strictEqual(host.logged("block.unsent").length, 1);
  state.reachable = true;
  ledger.providerReady("another");
  strictEqual(sent.length, 0);
  ledger.providerReady(block.provider);
  deepStrictEqual(sent.map(({ solution }) => solution), [solutionOf(block)]);
});

Deno.test("a crash between saving and sending loses nothing: the next run sends it", async () => {
  const first = world({ reachable: false });
  const block = found();
  first.ledger.found(block);
  await first.ledger.idle();

  const second = world({ host: first.host });
  await second.ledger.load();
  deepStrictEqual(second.ledger.pending, [block]);
  strictEqual(second.sent.length, 0);
  second.ledger.providerReady(block.provider);
  deepStrictEqual(second.sent.map(({ solution }) => solution), [solutionOf(block)]);
});

Deno.test("a block that is the provider's tip is accepted, filed, and never sent again", async () => {
  const { ledger, sent, accepted, host } = world();
  const block = found();
  ledger.found(block);
  ledger.tipSeen(new Uint8Array(32));
  strictEqual(accepted.length, 0);
  ledger.tipSeen(blockHash(block.header));
  ledger.tipSeen(blockHash(block.header));
  await ledger.idle();
  deepStrictEqual(accepted, [block]);
  deepStrictEqual([...host.disk.keys()], [`blocks/${block.hash}.json`]);
  const file = JSON.parse(new TextDecoder().decode(host.disk.get(`blocks/${block.hash}.json`)));
  strictEqual(file.outcome, "accepted");
  ledger.providerReady(block.provider);
  strictEqual(sent.length, 1);
  const later = world({ host });
  await later.ledger.load();
  deepStrictEqual(later.ledger.pending, []);
});

Deno.test("after an hour a block is not sent any more, but kept on the disk", async () => {
  const { ledger, sent, host } = world({ reachable: false });
  const block = found();
  ledger.found(block);
  await ledger.idle();
  host.clock.setUnix(block.foundAt + 3_601);
  ledger.providerReady(block.provider);
  await ledger.idle();
  strictEqual(sent.length, 0);
  deepStrictEqual([...host.disk.keys()], [`blocks/${block.hash}.json`]);
  strictEqual(host.logged("block.unknown").length, 1);
});

Deno.test("a disk that fails keeps no block from being sent", async () => {
  const { ledger, sent, host } = world({
    files: { writeDurable: () => Promise.reject(new Error("disk full")) },
  });
  ledger.found(found());
  await ledger.idle();
  strictEqual(sent.length, 1);
  strictEqual(host.logged("block.unsaved")[0]?.["reason"], "disk full");
});

Deno.test("a flood of blocks, as on a test network, is sent without waiting for the disk", async () => {
  const { ledger, sent } = world();
  const block = found();
  for (let n = 0; n < 3_000; n++) ledger.found({ ...block, hash: String(n).padStart(64, "0") });
  ok(sent.length >= 3_000 - 64);
  await ledger.idle();
  strictEqual(sent.length, 3_000);
  ok(ledger.pending.length <= 1_024);
});

Deno.test("of many blocks whose outcome is not known, a provider that is back gets the newest only", async () => {
  const { host, ledger, sent, state } = world({ reachable: false });
  const block = found();
  const now = host.clock.unix();
  // Found in another order than that of their names.
  for (let i = 0; i < 50; i++) {
    ledger.found({ ...block, hash: `${i * 37 % 50}`, foundAt: now + i, templateId: BigInt(i) });
    await ledger.idle();
  }
  const newest = Array.from({ length: 16 }, (_, i) => BigInt(34 + i));
  state.reachable = true;
  ledger.providerReady(block.provider);
  deepStrictEqual(sent.map(({ solution }) => solution.templateId), newest);
  const later = world({ host });
  await later.ledger.load();
  later.ledger.providerReady(block.provider);
  deepStrictEqual(later.sent.map(({ solution }) => solution.templateId), newest);
});

Deno.test("files that are no blocks are told of and left alone", async () => {
  const { host, ledger } = world();
  const bad = ["", "{", "null", "[]", '{"hash":"x"}', `{"hash":"${"0".repeat(64)}","header":"zz"}`];
  bad.forEach((text, n) =>
    host.disk.set(`blocks/pending/${n}.json`, new TextEncoder().encode(text))
  );
  await ledger.load();
  deepStrictEqual(ledger.pending, []);
  strictEqual(host.logged("block.unreadable").length, bad.length);
  strictEqual(host.disk.size, bad.length);
});

Deno.test("what cannot be read is told of, and keeps nothing else from being read", async () => {
  const first = world({ reachable: false });
  const block = found();
  first.ledger.found(block);
  await first.ledger.idle();
  const { files, disk } = first.host;
  disk.set("blocks/pending/a", new Uint8Array());
  const reason = "Is a directory (os error 21)";
  const read: Files["read"] = (path) =>
    path.endsWith("/a") ? Promise.reject(new Error(reason)) : files.read(path);
  const { ledger, host } = world({ host: first.host, files: { read } });
  await ledger.load();
  deepStrictEqual(ledger.pending, [block]);
  strictEqual(host.logged("block.unreadable")[0]?.["reason"], reason);
});

Deno.test("decodeBlock() reads what encodeBlock() wrote, whatever the miner called itself", () => {
  for (const user of ["alice", 'a"b\\c\n', "\udcff\udc80", "x".repeat(255)]) {
    const block = { ...found(), user, worker: user };
    deepStrictEqual(decodeBlock(encodeBlock(block, "pending")), block);
  }
  const { height: _, ...rest } = found();
  const unknown = { ...rest, height: undefined };
  deepStrictEqual(decodeBlock(encodeBlock(unknown, "pending")), unknown);
});

Deno.test("TDP-23 what a provider wants beyond blocks is sent and not saved", () => {
  const { ledger, sent, host } = world();
  ledger.wanted("tp", solutionOf(found()));
  strictEqual(sent.length, 1);
  strictEqual(host.disk.size, 0);
});

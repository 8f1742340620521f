import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { encodeOutput } from "../../bitcoin/transaction.ts";
import { DecodeError } from "../../errors.ts";
import { NewTemplate, SetNewPrevHash, SubmitSolution } from "../../messages/template.ts";
import { type Line, recordingLog } from "../../../tests/support/fake_host.ts";
import { FakePeer, frameOf, namesOf } from "../../../tests/support/fake_peer.ts";
import { POLICY, templateOf } from "../../../tests/support/pool_stage.ts";
import { TemplateFeed } from "./feed.ts";
import { outputConstraints } from "./payout.ts";
import { refuseUnusable } from "./work.ts";

interface Stage {
  readonly feed: TemplateFeed;
  readonly heard: string[];
  readonly lines: Line[];
  readonly peer: FakePeer;
  template(id: number, change?: Partial<NewTemplate>): void;
  prevHash(id: number, n?: number): void;
}

function stage(): Stage {
  const heard: string[] = [];
  const lines: Line[] = [];
  const peer = new FakePeer();
  const feed = new TemplateFeed({
    name: "tp",
    constraints: outputConstraints(POLICY.rewardScript),
    check: (template) => refuseUnusable(POLICY, template),
    listener: {
      ready: () => void heard.push("ready"),
      futureTemplate: (_, { template }) => void heard.push(`future ${template.templateId}`),
      activeTemplate: (_, { template }) => void heard.push(`active ${template.templateId}`),
      newTip: (_, { template }, { minNtime, nBits }) =>
        void heard.push(`tip ${template.templateId} ${minNtime} ${nBits.toString(16)}`),
      lost: () => void heard.push("lost"),
    },
    log: recordingLog(lines),
  });
  feed.connected(peer);
  return {
    feed,
    heard,
    lines,
    peer,
    template(id, change = {}) {
      feed.received(peer, frameOf(NewTemplate, { ...templateOf(id), ...change }));
    },
    prevHash(id, n = 1) {
      feed.received(
        peer,
        frameOf(SetNewPrevHash, {
          templateId: BigInt(id),
          prevHash: new Uint8Array(32).fill(n),
          headerTimestamp: 1_700_000_000,
          nBits: 0x207fffff,
          target: 1n,
        }),
      );
    },
  };
}

Deno.test("TDP-1 the first thing a provider hears are the outputs to leave room for", () => {
  const { peer } = stage();
  const sent = peer.take();
  deepStrictEqual(namesOf(sent), ["CoinbaseOutputConstraints"]);
  // 31 bytes of the pool's P2WPKH output, 43 of the largest that a miner may have.
  deepStrictEqual(sent[0]?.value, {
    coinbaseOutputMaxAdditionalSize: 74,
    coinbaseOutputMaxAdditionalSigops: 4,
  });
});

Deno.test("TDP-13, TDP-22 future templates wait for their tip; its time is the jobs' first", () => {
  const { heard, template, prevHash, feed } = stage();
  template(1);
  template(2);
  strictEqual(feed.current === undefined, true);
  prevHash(2);
  template(3, { futureTemplate: false });
  deepStrictEqual(heard, [
    "ready",
    "future 1",
    "future 2",
    "tip 2 1700000000 207fffff",
    "active 3",
  ]);
  strictEqual(feed.current?.work.template.templateId, 3n);
  strictEqual(feed.isServing, true);
});

Deno.test("TDP-13 a template for a tip that was never told is not used", () => {
  const { heard, template, lines } = stage();
  template(1, { futureTemplate: false });
  deepStrictEqual(heard, ["ready"]);
  strictEqual(lines.at(-1)?.event, "template.refused");
});

Deno.test("TDP-21 a tip for an unknown, a retired or an active template changes nothing", () => {
  const { heard, template, prevHash, lines } = stage();
  prevHash(7);
  template(1);
  template(2);
  prevHash(2);
  prevHash(2, 2);
  prevHash(1, 2);
  template(3, { futureTemplate: false });
  prevHash(3, 2);
  deepStrictEqual(heard.slice(3), ["tip 2 1700000000 207fffff", "active 3"]);
  strictEqual(lines.filter(({ event }) => event === "tip.refused").length, 4);
});

Deno.test("TDP-20 twenty thousand future templates are sixteen in memory", () => {
  const { template, feed, heard, prevHash } = stage();
  const frame = frameOf(NewTemplate, templateOf(1));
  const payload = new Uint8Array(frame.payload);
  const id = new DataView(payload.buffer);
  for (let n = 1; n <= 20_000; n++) {
    id.setBigUint64(0, BigInt(n), true);
    feed.received(new FakePeer(), { ...frame, payload });
  }
  strictEqual([...feed.futures].length, 16);
  heard.length = 0;
  prevHash(1);
  deepStrictEqual(heard, []);
  prevHash(20_000);
  strictEqual([...feed.futures].length, 0);
  template(20_001);
  strictEqual(heard.length, 2);
});

Deno.test("TDP-12 an id that is in use is refused, whatever it now stands for", () => {
  const { heard, template, prevHash } = stage();
  template(5);
  template(5, { version: 1 });
  prevHash(5);
  template(5, { futureTemplate: false });
  template(4);
  deepStrictEqual(heard, ["ready", "future 5", "tip 5 1700000000 207fffff", "future 4"]);
});

Deno.test("TDP-14, TDP-15, TDP-16 a template that no coinbase can be made of is refused, and no more", () => {
  const { heard, template, lines } = stage();
  const output = encodeOutput({ value: 0n, scriptPubKey: Uint8Array.of(0x6a) });
  const hostile: [Partial<NewTemplate>, string][] = [
    [{ coinbasePrefix: new Uint8Array(9) }, "coinbase-prefix-too-long"],
    [{ coinbasePrefix: new Uint8Array(255) }, "coinbase-prefix-too-long"],
    [{ coinbaseTxOutputsCount: 0 }, "coinbase-outputs-mismatch"],
    [{ coinbaseTxOutputsCount: 0xffff_ffff }, "coinbase-outputs-mismatch"],
    [{ coinbaseTxOutputs: new Uint8Array() }, "coinbase-outputs-mismatch"],
    [{ coinbaseTxOutputs: output.subarray(0, -1) }, "coinbase-outputs-mismatch"],
    [{ coinbaseTxValueRemaining: 2n ** 64n - 1n }, "coinbase-value-out-of-range"],
    [{ coinbaseTxValueRemaining: 2n ** 63n }, "coinbase-value-out-of-range"],
    [{ merklePath: new Array(33).fill(new Uint8Array(32)) }, "merkle-path-too-long"],
    [{
      coinbaseTxOutputs: new Uint8Array(65_500).fill(0x6a).map((byte, at) =>
        at < 8 ? 0 : at === 8 ? 0xfd : at === 9 ? 0xd1 : at === 10 ? 0xff : byte
      ),
    }, "coinbase-too-large"],
  ];
  hostile.forEach(([change, reason], n) => {
    template(n + 1, change);
    strictEqual(lines.at(-1)?.fields["reason"], reason);
  });
  deepStrictEqual(heard, ["ready"]);
  template(90, { coinbaseTxOutputsCount: 0, coinbaseTxOutputs: new Uint8Array() });
  template(91, { coinbaseTxValueRemaining: 0n });
  template(92, { coinbasePrefix: new Uint8Array(8) });
  strictEqual(heard.length, 4);
});

Deno.test("a message that is cut short is a DecodeError, and one of no use is ignored", () => {
  const { feed, peer, heard } = stage();
  const frame = frameOf(NewTemplate, templateOf(1));
  for (let length = 0; length < frame.payload.length; length += 7) {
    let error: unknown;
    try {
      feed.received(peer, { ...frame, payload: frame.payload.subarray(0, length) });
    } catch (thrown) {
      error = thrown;
    }
    ok(error instanceof DecodeError);
  }
  for (const msgType of [0x00, 0x10, 0x1b, 0x74, 0x75, 0x77, 0xff]) {
    feed.received(peer, { ...frame, msgType });
  }
  deepStrictEqual(heard, ["ready"]);
});

Deno.test("TDP-27 a solution goes out at once while the provider is there", () => {
  const { feed, peer } = stage();
  const solution = {
    templateId: 1n,
    version: 2,
    headerTimestamp: 3,
    headerNonce: 4,
    coinbaseTx: Uint8Array.of(5),
  };
  peer.take();
  strictEqual(feed.submit(solution), true);
  deepStrictEqual(peer.take().map(({ name, value }) => [name, value]), [
    [SubmitSolution.name, solution],
  ]);
  feed.disconnected(peer, "gone");
  strictEqual(feed.submit(solution), false);
});

Deno.test("what a lost provider said last stays until it is back and says more", () => {
  const { feed, peer, heard, template, prevHash } = stage();
  template(1);
  prevHash(1);
  template(2);
  feed.disconnected(peer, "gone");
  strictEqual(feed.current?.work.template.templateId, 1n);
  strictEqual(feed.isServing, false);
  heard.length = 0;
  feed.connected(peer);
  strictEqual(feed.isServing, false);
  // Its future templates were those of the connection that was lost.
  prevHash(2, 2);
  // Ids may come again after a restart of the provider.
  template(1);
  prevHash(1, 2);
  deepStrictEqual(heard, ["ready", "future 1", "tip 1 1700000000 207fffff"]);
  strictEqual(feed.isServing, true);
});

import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { concatBytes } from "../../bitcoin/bytes.ts";
import {
  CloseChannel,
  SetCustomMiningJobSuccess,
  SetExtranoncePrefix,
  SetGroupChannel,
} from "../../messages/mining.ts";
import { hashMeetsTarget } from "../../pow/target.ts";
import {
  DeclarationTape,
  MIN_NTIME,
  MiningTape,
  PREFIX,
  prefixIn,
  TARGET,
  TemplateTape,
} from "../../../tests/support/protocol_tapes.ts";
import { connectionOf, type Tape } from "../../../tests/support/tape.ts";
import { type Share, workOf } from "./share.ts";
import type { Sight } from "./sight.ts";
import { Tracker } from "./tracker.ts";

const OTHER = Uint8Array.fromHex("00000002");

function seen(tape: Tape): Sight[] {
  const tracker = new Tracker();
  return tape.entries.map((entry) => tracker.see(entry));
}

/** The last thing that was seen. */
function last(tape: Tape): Sight {
  const sight = seen(tape).at(-1);
  ok(sight);
  return sight;
}

function lastShare(tape: Tape): Share {
  const { about } = last(tape);
  ok(about.kind === "share" && about.share !== undefined);
  return about.share;
}

Deno.test("a share is worked out with its job, its tip and the channel's extranonce", () => {
  const share = lastShare(MiningTape.mining().share());
  const work = workOf(share);
  ok(work);
  deepStrictEqual([share.target, work.meetsTarget, work.meetsNetwork], [TARGET, true, false]);
  ok(hashMeetsTarget(work.hash, TARGET));
  deepStrictEqual(work.extranonce, concatBytes(PREFIX, new Uint8Array(16).fill(3)));
  strictEqual(workOf(lastShare(MiningTape.mining().share({ good: false })))?.meetsTarget, false);
});

Deno.test("a share of a standard channel is worked out from the root, or from its group's job", () => {
  strictEqual(workOf(lastShare(MiningTape.standard().standardShare()))?.meetsTarget, true);
  const grouped = new MiningTape().setup().openStandard().job({ channelId: 1 })
    .begin({ channelId: 1 }).standardShare();
  strictEqual(workOf(lastShare(grouped))?.meetsTarget, true);
});

Deno.test("a share of a custom job is worked out from what the client asked for", () => {
  const tape = new MiningTape().setup({ flags: 2 }).open().custom()
    .down(SetCustomMiningJobSuccess, { channelId: 2, requestId: 9, jobId: 4 })
    .share({ jobId: 4, nonce: 1 });
  const share = lastShare(tape);
  strictEqual(share.job?.work.kind, "custom");
  strictEqual(workOf(share)?.nBits, 0x1b00d7c0);
});

Deno.test("a target holds for jobs that begin later, in a group for each of its channels", () => {
  const half = TARGET >> 1n;
  const targetOf = (tape: MiningTape) => lastShare(tape.share({ nonce: 1 })).target;
  strictEqual(targetOf(MiningTape.mining().target(half)), TARGET);
  const next = () => MiningTape.mining().job({ jobId: 2 }).target(half, 1);
  strictEqual(lastShare(next().begin({ jobId: 2 }).share({ jobId: 2, nonce: 1 })).target, half);
  const active = MiningTape.mining().target(half).job({ jobId: 2, minNtime: MIN_NTIME });
  strictEqual(lastShare(active.share({ jobId: 2, nonce: 1 })).target, half);
});

Deno.test("an extranonce prefix holds for jobs that are sent later", () => {
  const changed = () =>
    MiningTape.mining().down(SetExtranoncePrefix, { channelId: 2, extranoncePrefix: OTHER });
  deepStrictEqual(prefixIn(workOf(lastShare(changed().share()))?.extranonce), PREFIX);
  const later = changed().job({ jobId: 2, minNtime: MIN_NTIME }).share({ jobId: 2, nonce: 1 });
  deepStrictEqual(prefixIn(workOf(lastShare(later))?.extranonce), OTHER);
});

Deno.test("a job waits, is begun, and ends with the next block", () => {
  const standing = (tape: MiningTape, jobId: number) =>
    lastShare(tape.share({ jobId, nonce: 1 })).standing?.state;
  const two = () => MiningTape.mining().job({ jobId: 2 });
  deepStrictEqual([standing(two(), 1), standing(two(), 2)], ["active", "future"]);
  const next = () => two().begin({ jobId: 2 });
  deepStrictEqual([standing(next(), 1), standing(next(), 2)], ["retired", "active"]);
  // What is sent to the group ends what the channel had.
  const group = () =>
    MiningTape.mining().job({ channelId: 1, jobId: 2 })
      .begin({ channelId: 1, jobId: 2 });
  deepStrictEqual([standing(group(), 1), standing(group(), 2)], ["retired", "active"]);
  const better = () => MiningTape.mining().job({ jobId: 2, minNtime: MIN_NTIME });
  deepStrictEqual([standing(better(), 1), standing(better(), 2)], ["active", "active"]);
});

Deno.test("an acknowledgement is for all shares that waited up to its number", () => {
  const tape = MiningTape.mining().share().share().share().reject("stale-share").share()
    .accept({ newSubmitsAcceptedCount: 3 });
  const { about } = last(tape);
  ok(about.kind === "accepted");
  deepStrictEqual(about.shares.map(({ sequence }) => sequence), [1, 2, 4]);
  deepStrictEqual(about.shares.map(({ outcome }) => outcome), ["accepted", "accepted", "accepted"]);
});

Deno.test("closing a group closes its channels", () => {
  const tape = new MiningTape().setup().open()
    .open({ requestId: 8 }, { channelId: 3, extranoncePrefix: OTHER })
    .up(CloseChannel, { channelId: 1, reasonCode: "bye" });
  deepStrictEqual([...last(tape).on.channels.keys()], [1]);
  deepStrictEqual(last(tape).on.server.prefixes.size, 0);
});

Deno.test("SetGroupChannel moves channels, which then hear the new group", () => {
  const tape = new MiningTape().setup().open().down(SetGroupChannel, {
    groupChannelId: 9,
    channelIds: [2],
  }).job({ channelId: 9 }).begin({ channelId: 9 }).share({ nonce: 1 });
  const share = lastShare(tape);
  deepStrictEqual([share.channel.group?.id, share.job?.to.id], [9, 9]);
});

Deno.test("where the beginning is missing, a group is found by a job of its that a share is for", () => {
  const part = connectionOf(1, { isWhole: false });
  const tape = new MiningTape(part).target(TARGET, 2).job({ channelId: 1 }).begin({ channelId: 1 })
    .share({ nonce: 1 });
  const share = lastShare(tape);
  deepStrictEqual([share.channel.group?.id, share.job?.id, share.target], [1, 1, TARGET]);
  strictEqual(share.channel.isWhole, false);
});

Deno.test("a job is linked with the template that it was made of", () => {
  const tape = new TemplateTape(connectionOf(9, { port: 8442 })).setup({ protocol: 2 })
    .constraints().template({ templateId: 4n }).template({ templateId: 5n, merklePath: [] });
  const mining = new MiningTape(connectionOf(1)).setup().open().job();
  const sights = seen({ ...tape, entries: [...tape.entries, ...mining.entries] } as Tape);
  const { about } = sights.at(-1) ?? {};
  ok(about?.kind === "job");
  strictEqual(about.job?.template?.id, 4n);
});

Deno.test("a token links a declaration with a job on another connection", () => {
  const declaring = DeclarationTape.declaring().allocate().allocated().declare().declared();
  const mining = new MiningTape(connectionOf(6)).setup({ flags: 2 }).open()
    .custom({ miningJobToken: Uint8Array.fromHex("ee01") });
  const sights = seen({ ...mining, entries: [...declaring.entries, ...mining.entries] } as Tape);
  const { about } = sights.at(-1) ?? {};
  ok(about?.kind === "custom");
  deepStrictEqual([about.request.token?.hex, about.request.token?.from?.hex], ["ee01", "a1b2c3d4"]);
});

Deno.test("after a gap what may have changed is not known any more", () => {
  const share = lastShare(MiningTape.mining().note("gap").share());
  deepStrictEqual([share.job, share.channel.isWhole, workOf(share)], [undefined, false, undefined]);
  // What opens later is whole again.
  const again = MiningTape.mining().note("gap").open({ requestId: 8 }, { channelId: 3 });
  strictEqual(last(again).on.channels.get(3)?.isWhole, true);
});

Deno.test("who turns out to have dialled is the client from the start", () => {
  const wrong = connectionOf(1);
  const right = { ...wrong, client: wrong.server, server: wrong.client };
  const tape = new MiningTape(wrong).note("connection-opened").on(right).note("sides-swapped")
    .setup().open();
  const { on } = last(tape);
  deepStrictEqual([on.server.name, on.isWhole], ["192.0.2.1:50001", true]);
});

import { ok, strictEqual } from "node:assert";
import type { FoundNonce, Work } from "../../../drivers/driver.ts";
import { decodeHeader } from "../../bitcoin/header.ts";
import { MAX_TARGET, targetFromBytes } from "../../pow/target.ts";
import { HandDevice, hashOf } from "../../../tests/support/miner_bench.ts";
import { MiningChannel } from "./channel.ts";
import { type Judgement, Rig } from "./rig.ts";
import { Submissions } from "./submissions.ts";
import { Tally } from "./tally.ts";

/** A standard channel with one job, whose target is `target`. */
function channelAt(target: bigint): MiningChannel {
  const channel = new MiningChannel({
    id: 2,
    kind: "standard",
    groupId: 1,
    target,
    extranoncePrefix: new Uint8Array(8),
    extranonceSize: 0,
    fixedVersion: true,
    cursor: 0n,
    submissions: new Submissions(new Tally()),
  });
  const merkleRoot = () => new Uint8Array(32).fill(3);
  channel.addJob({ id: 1, version: 4, versionMask: 0, merkleRoot }, null, 0);
  const prevHash = new Uint8Array(32).fill(5);
  channel.setPrevHash({ channelId: 2, jobId: 1, prevHash, minNtime: 9, nbits: 0x1d00_ffff }, 0);
  return channel;
}

function issue(rig: Rig, channel: MiningChannel): Work {
  ok(channel.current !== undefined);
  const work = rig.issue(channel, channel.current, 0);
  ok(work !== undefined);
  return work;
}

function report(work: Work, nonce: number): FoundNonce {
  const { version, time } = decodeHeader(work.header);
  return { workId: work.id, version, ntime: time, nonce };
}

/** With a device so slow that it may send all it finds. */
function slowRig(): Rig {
  return new Rig(new HandDevice("dev-0", {}, 1));
}

/** With one so fast that it may not. */
function fastRig(): Rig {
  return new Rig(new HandDevice("dev-0", {}, 1e15));
}

Deno.test("MIN-48 Rig.judge() takes a hash equal to the target, and none above it", () => {
  const plain = issue(slowRig(), channelAt(MAX_TARGET));
  const value = targetFromBytes(hashOf(plain, 7));
  for (const [target, verdict] of [[value, "share"], [value - 1n, "hardware-error"]] as const) {
    const rig = slowRig();
    const work = issue(rig, channelAt(target));
    strictEqual(work.target, target);
    strictEqual(rig.judge(report(work, 7), 0).verdict, verdict);
  }
});

Deno.test("Rig.issue() asks a fast device for the server's target and no easier one", () => {
  strictEqual(issue(fastRig(), channelAt(1n << 100n)).target, 1n << 100n);
  ok(issue(fastRig(), channelAt(MAX_TARGET)).target < 1n << 213n);
});

Deno.test("Rig.judge() remembers what chips may still report, and forgets what they cannot", () => {
  const rig = slowRig();
  const channel = channelAt(MAX_TARGET);
  const works = Array.from({ length: 70 }, () => issue(rig, channel));
  const verdicts: Judgement["verdict"][] = works.map((work) => {
    const [first] = work.nonces;
    return rig.judge(report(work, first), 0).verdict;
  });
  strictEqual(verdicts.filter((verdict) => verdict === "stale").length, 6);
  strictEqual(verdicts.filter((verdict) => verdict === "share").length, 64);
});

Deno.test("Rig.judge() refuses a nonce outside the slice it handed out", () => {
  const rig = slowRig();
  const work = issue(rig, channelAt(MAX_TARGET));
  const [first, last] = work.nonces;
  strictEqual(rig.judge(report(work, last), 0).verdict, "share");
  strictEqual(rig.judge(report(work, last + 1), 0).verdict, "hardware-error");
  strictEqual(rig.judge(report(work, first), 0).verdict, "share");
});

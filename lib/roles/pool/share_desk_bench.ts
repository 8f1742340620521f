import { PlainHasher } from "../../channel/hasher.ts";
import { setU32At } from "../../codec/bytes_at.ts";
import type { Frame } from "../../frame/frame.ts";
import { MINING_CLIENT_FLAGS } from "../../messages/flags.ts";
import { SubmitSharesExtended, SubmitSharesStandard } from "../../messages/mining.ts";
import { type FakePeer, frameOf } from "../../../tests/support/fake_peer.ts";
import { PoolStage, type PoolStageOptions } from "../../../tests/support/pool_stage.ts";

// Every row is 32 shares that come in one chunk and are accepted, each answered: all that the pool
// does for a share but to open and seal its frames. The merkle path has 12 levels.
const SHARES = 32;
const NONCE = 12;

const options = { group: "32 accepted shares", n: 300, warmup: 100 };

Deno.bench("extended, kernel", { ...options, baseline: true }, shares("extended", {}));
Deno.bench("standard, kernel", options, shares("standard", {}));
Deno.bench(
  "extended, @noble",
  { ...options, n: 20, warmup: 5 },
  shares("extended", { hasher: new PlainHasher() }),
);

/** A channel on which every hash is a share, and 32 new ones at each call. */
function shares(kind: "extended" | "standard", options: PoolStageOptions): () => void {
  const stage = new PoolStage({ ...options, policy: { sharesPerMinute: 1e12 } });
  const work = stage.work({
    merklePath: Array.from({ length: 12 }, (_, n) => new Uint8Array(32).fill(n)),
  });
  stage.pool.newTip(work, stage.tip(1));
  const flags = kind === "standard" ? MINING_CLIENT_FLAGS.requiresStandardJobs : 0;
  const peer = stage.connect({ flags });
  const open = { nominalHashRate: 0 };
  const miner = kind === "standard"
    ? stage.openStandard(peer, open)
    : stage.openExtended(peer, open);
  silence(peer);
  const share = {
    channelId: miner.channelId,
    sequenceNumber: 1,
    jobId: miner.active?.jobId ?? 0,
    ...miner.roll(),
  };
  const frames: Frame[] = Array.from(
    { length: SHARES },
    () =>
      kind === "standard"
        ? frameOf(SubmitSharesStandard, share)
        : frameOf(SubmitSharesExtended, { ...share, extranonce: new Uint8Array(16) }),
  );
  let nonce = 0;
  return () => {
    for (const frame of frames) {
      setU32At(frame.payload, NONCE, nonce++);
      stage.pool.received(peer, frame, stage.now);
    }
    stage.pool.settled(peer, stage.now);
  };
}

/** What it is sent is not looked at, as a connection does not. */
function silence(peer: FakePeer): void {
  peer.sendFrame = () => {};
}

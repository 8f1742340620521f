/**
 * The client of the Mining Protocol, SV2 §5: opens channels, keeps to the newest job, hands its
 * headers to devices, and sends what they find. It sees no socket, no clock and no device, only what
 * happened, and lives for as long as the program: connections come and go under it.
 *
 * @module
 */

import type { FoundNonce, Work } from "../../../drivers/driver.ts";
import { displayHash } from "../../bitcoin/header.ts";
import { encodeFrame } from "../../frame/encode.ts";
import type { Frame } from "../../frame/frame.ts";
import { UserIdentity } from "../../messages/extensions.ts";
import { MINING_SERVER_FLAGS } from "../../messages/flags.ts";
import {
  CloseChannel,
  OpenExtendedMiningChannel,
  OpenStandardMiningChannel,
  SubmitSharesExtended,
  SubmitSharesStandard,
  UpdateChannel,
} from "../../messages/mining.ts";
import type { Random } from "../../ports.ts";
import { difficultyOfTarget, MAX_TARGET } from "../../pow/target.ts";
import type { Peer, Role } from "../../session/role.ts";
import type { Log } from "../../telemetry/log.ts";
import type { Instant } from "../../time.ts";
import type { MineConfig } from "./config.ts";
import { Inbox } from "./inbox.ts";
import { type Judgement, Rig, type RigDevice, type Share } from "./rig.ts";
import { Seat } from "./seat.ts";
import { Tally } from "./tally.ts";
import { workerTlv } from "./worker_name.ts";

/** Fewest extranonce bytes asked for: 65,536 headers of 2^48 nonces and versions each. */
const MIN_EXTRANONCE_SIZE = 2;

/** What a miner is made of. */
export interface MinerOptions {
  readonly config: MineConfig;
  readonly log: Log;
  readonly random: Random;
}

/**
 * The machine, see the module. One for the life of the program: its tally counts over all of it.
 */
export class Miner implements Role {
  readonly tally = new Tally();
  readonly #config: MineConfig;
  readonly #log: Log;
  readonly #inbox: Inbox;
  readonly #rigs = new Set<Rig>();
  #seats: Seat[] = [];
  #peer: Peer | undefined;
  #kind: Seat["kind"];
  #nextRequestId = 1;
  /** Channels whose devices must drop what they have, once the turn is over. */
  #turned = new Set<Seat>();

  constructor({ config, log, random }: MinerOptions) {
    this.#config = config;
    this.#kind = config.channel;
    this.#log = log;
    this.#inbox = new Inbox({
      log,
      random,
      tally: this.tally,
      turned: (seat) => this.#turned.add(seat),
    });
  }

  /** The connection in use. */
  get peer(): Peer | undefined {
    return this.#peer;
  }

  get rigs(): ReadonlySet<Rig> {
    return this.#rigs;
  }

  get seats(): readonly Seat[] {
    return this.#seats;
  }

  /** Milliseconds that the last acknowledged share waited for its answer. */
  get latencyMs(): number | undefined {
    return this.#inbox.latencyMs;
  }

  // Devices.

  /** A device is there. It may ask for work from now on. */
  attach(device: RigDevice, now: Instant): Rig {
    const rig = new Rig(device);
    this.#rigs.add(rig);
    if (this.#peer === undefined) return rig;
    if (this.#kind === "extended") this.#seats[0]?.add(rig);
    else {
      const seat = seatFor([rig], "standard");
      this.#seats.push(seat);
      this.#open(this.#peer, seat, now);
    }
    return rig;
  }

  /** A device is gone. */
  detach(rig: Rig): void {
    this.#rigs.delete(rig);
    for (const seat of this.#seats) {
      if (!seat.rigs.has(rig)) continue;
      seat.remove(rig);
      if (seat.kind === "extended") continue;
      this.#closeChannel(seat, "device gone");
      this.#seats = this.#seats.filter((other) => other !== seat);
    }
  }

  /** A device asks what to hash. Undefined: nothing, until it is told to renew. */
  next(rig: Rig, now: Instant): Work | undefined {
    const channel = this.#seatOf(rig)?.channel;
    const active = channel?.current;
    const work = channel && active && rig.issue(channel, active, now);
    rig.starving = work === undefined && active !== undefined;
    return work;
  }

  /** A device reports a nonce. */
  found(rig: Rig, nonce: FoundNonce, now: Instant): void {
    const judgement = rig.judge(nonce, now);
    if (judgement.verdict !== "share") {
      return this.#drop(rig, judgement.verdict, judgement.why);
    }
    // Its channel may have been closed, or its connection, while the device was at it.
    if (judgement.share.channel !== this.#seatOf(rig)?.channel) {
      return this.#drop(rig, "stale", "channel is closed");
    }
    this.#submit(judgement.share, now);
  }

  // The connection.

  connected(peer: Peer, now: Instant): void {
    this.#peer = peer;
    const { serverFlags } = peer.session;
    const extendedOnly = (serverFlags & MINING_SERVER_FLAGS.requiresExtendedChannels) !== 0;
    const { channel, requireStandardJobs } = this.#config;
    if (channel === "standard" && extendedOnly) {
      if (requireStandardJobs) return peer.close("server refuses standard channels");
      this.#log.info("channel.kind", { hint: "the server wants extended channels, so be it" });
    }
    this.#kind = extendedOnly ? "extended" : channel;
    this.#seats = this.#kind === "extended"
      ? [seatFor(this.#rigs, "extended")]
      : Array.from(this.#rigs, (rig) => seatFor([rig], "standard"));
    for (const seat of this.#seats) this.#open(peer, seat, now);
  }

  received(peer: Peer, frame: Frame, now: Instant): void {
    this.#inbox.receive({ peer, seats: this.#seats, frame, now });
  }

  settled(peer: Peer, _now: Instant): void {
    const turned = this.#turned;
    this.#turned = new Set();
    for (const seat of turned) {
      for (const rig of seat.rigs) rig.device.renew();
    }
    if (this.#seats.length > 0 && this.#seats.every(({ refused }) => refused)) {
      peer.close("the server refuses every channel");
    }
  }

  disconnected(_peer: Peer, reason: string, _now: Instant): void {
    const seats = this.#seats;
    this.#peer = undefined;
    this.#seats = [];
    for (const seat of seats) {
      seat.channel?.submissions.giveUp();
      for (const rig of seat.rigs) rig.device.renew();
    }
    this.#log.info("mining.stopped", { reason });
  }

  /** To be called several times a second. */
  tick(now: Instant): void {
    const peer = this.#peer;
    if (peer === undefined) return;
    for (const seat of this.#seats) {
      if (seat.isLate(now)) return peer.close("no answer to the request for a channel");
      if (seat.isDue(now)) this.#open(peer, seat, now);
      const { channel } = seat;
      const hashRate = this.#config.nominalHashRate === undefined ? seat.news(now) : undefined;
      if (channel !== undefined && hashRate !== undefined) {
        peer.send(UpdateChannel, {
          channelId: channel.id,
          nominalHashRate: hashRate,
          maximumTarget: MAX_TARGET,
        });
      }
    }
    for (const rig of this.#rigs) if (rig.starving) rig.device.renew();
  }

  /** Says goodbye on every channel, SV2 §5.3.9. */
  stop(): void {
    for (const seat of this.#seats) this.#closeChannel(seat, "client stops");
  }

  #seatOf(rig: Rig): Seat | undefined {
    return this.#seats.find(({ rigs }) => rigs.has(rig));
  }

  #open(peer: Peer, seat: Seat, now: Instant): void {
    const requestId = this.#nextRequestId++;
    const told = this.#config.nominalHashRate;
    const nominalHashRate = told === undefined ? seat.nominalHashRate : told / this.#seats.length;
    const { userIdentity } = this.#config;
    const request = { requestId, userIdentity, nominalHashRate, maxTarget: MAX_TARGET };
    seat.opening(requestId, nominalHashRate, now);
    if (seat.kind === "standard") peer.send(OpenStandardMiningChannel, request);
    else {
      peer.send(OpenExtendedMiningChannel, { ...request, minExtranonceSize: MIN_EXTRANONCE_SIZE });
    }
  }

  #closeChannel(seat: Seat, reasonCode: string): void {
    const { channel } = seat;
    if (channel !== undefined) {
      this.#peer?.send(CloseChannel, { channelId: channel.id, reasonCode });
    }
    channel?.submissions.giveUp();
  }

  #submit(share: Share, now: Instant): void {
    const { channel, active, found } = share;
    const peer = this.#peer;
    if (peer === undefined) return;
    const sequenceNumber = channel.submissions.add(difficultyOfTarget(active.target), now);
    const common = {
      channelId: channel.id,
      sequenceNumber,
      jobId: active.job.id,
      nonce: found.nonce,
      ntime: found.ntime,
      version: found.version,
    };
    if (channel.kind === "standard") peer.send(SubmitSharesStandard, common);
    else {
      const named = !channel.extensionsReset &&
        peer.session.extensions.has(UserIdentity.extensionType);
      peer.sendFrame(encodeFrame(
        SubmitSharesExtended,
        { ...common, extranonce: share.extranonce },
        named ? [workerTlv(this.#config.worker)] : [],
      ));
    }
    this.#note(share, sequenceNumber);
  }

  #drop(rig: Rig, verdict: Exclude<Judgement["verdict"], "share">, why: string): void {
    if (verdict === "stale") this.tally.stale++;
    else if (verdict === "duplicate") this.tally.duplicates++;
    else this.tally.hardwareErrors++;
    this.#log.debug("share.dropped", { device: rig.device.info.id, verdict, why });
  }

  #note({ channel, hash, difficulty, isBlock }: Share, sequenceNumber: number): void {
    this.tally.best = Math.max(this.tally.best, difficulty);
    const fields = { channel: channel.id, sequence: sequenceNumber, difficulty };
    if (isBlock) {
      this.tally.blocks++;
      this.#log.info("block.found", { ...fields, hash: displayHash(hash) });
    } else this.#log.debug("share.found", fields);
  }
}

function seatFor(rigs: Iterable<Rig>, kind: Seat["kind"]): Seat {
  const seat = new Seat(kind);
  for (const rig of rigs) seat.add(rig);
  return seat;
}

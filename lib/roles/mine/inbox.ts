import type { Fields, Message } from "../../codec/message.ts";
import { PeerError } from "../../errors.ts";
import type { Frame } from "../../frame/frame.ts";
import { ChannelEndpointChanged } from "../../messages/common.ts";
import { MINING_SERVER_FLAGS } from "../../messages/flags.ts";
import {
  CloseChannel,
  NewExtendedMiningJob,
  NewMiningJob,
  OpenExtendedMiningChannelSuccess,
  OpenMiningChannelError,
  OpenStandardMiningChannelSuccess,
  SetExtranoncePrefix,
  SetGroupChannel,
  SetNewPrevHash,
  SetTarget,
  SubmitSharesError,
  SubmitSharesSuccess,
  UpdateChannelError,
} from "../../messages/mining.ts";
import type { Random } from "../../ports.ts";
import { difficultyOfTarget } from "../../pow/target.ts";
import type { Peer } from "../../session/role.ts";
import type { Log } from "../../telemetry/log.ts";
import type { Instant } from "../../time.ts";
import { MiningChannel } from "./channel.ts";
import { extendedJob, standardJob } from "./job.ts";
import type { Seat } from "./seat.ts";
import { Submissions } from "./submissions.ts";
import type { Tally } from "./tally.ts";

/** What reading the server's messages takes. */
export interface InboxOptions {
  readonly log: Log;
  readonly random: Random;
  readonly tally: Tally;
  /** The devices of this seat must drop what they have, as soon as the turn is over. */
  readonly turned: (seat: Seat) => void;
}

/** One message, and whom it may concern. */
export interface Mail {
  readonly peer: Peer;
  readonly seats: readonly Seat[];
  readonly frame: Frame;
  readonly now: Instant;
}

type Handler = (mail: Mail) => void;

interface Opened {
  readonly requestId: number;
  readonly channelId: number;
  readonly target: bigint;
  readonly extranoncePrefix: Uint8Array;
  readonly groupChannelId: number;
}

/**
 * What each message of a mining server does. What makes no sense here, but does no harm, is passed
 * over and counted; what would make both sides mean different things by one number ends the
 * connection.
 */
export class Inbox {
  readonly #options: InboxOptions;
  readonly #handlers = new Map<number, Handler>();
  latencyMs: number | undefined;

  constructor(options: InboxOptions) {
    this.#options = options;
    this.#on(
      OpenExtendedMiningChannelSuccess,
      (m, mail) => this.#opened("extended", m, m.extranonceSize, mail),
    );
    this.#on(OpenStandardMiningChannelSuccess, (m, mail) => this.#opened("standard", m, 0, mail));
    this.#on(OpenMiningChannelError, (m, mail) => this.#refused(m, mail));
    this.#on(NewMiningJob, (m, mail) => this.#standardJob(m, mail));
    this.#on(NewExtendedMiningJob, (m, mail) => this.#extendedJob(m, mail));
    this.#on(SetNewPrevHash, (m, mail) => this.#newPrevHash(m, mail));
    this.#on(SetTarget, (m, mail) => {
      for (const { channel } of this.#addressed(m.channelId, mail)) {
        channel.setTarget(m.maximumTarget);
      }
    });
    this.#on(SetExtranoncePrefix, (m, mail) => {
      const channel = channelOf(m.channelId, mail)?.channel;
      if (channel === undefined) this.#odd("prefix for no channel", mail);
      else channel.setPrefix(m.extranoncePrefix);
    });
    this.#on(SetGroupChannel, (m, mail) => this.#group(m, mail));
    this.#on(CloseChannel, (m, mail) => this.#closed(m, mail));
    this.#on(SubmitSharesSuccess, (m, mail) => {
      const channel = channelOf(m.channelId, mail)?.channel;
      if (channel === undefined) return this.#odd("shares of no channel", mail);
      this.latencyMs = channel.submissions.acknowledge(m, mail.now) ?? this.latencyMs;
    });
    this.#on(SubmitSharesError, (m, mail) => {
      const channel = channelOf(m.channelId, mail)?.channel;
      const { sequenceNumber: sequence, errorCode: code } = m;
      if (channel?.submissions.refuse(sequence, code) !== true) {
        return this.#odd("refusal of no share", mail);
      }
      this.#options.log.warn("share.refused", { channel: m.channelId, sequence, code });
    });
    this.#on(
      UpdateChannelError,
      ({ channelId: channel, errorCode: code }) =>
        this.#options.log.warn("channel.update_refused", { channel, code }),
    );
    this.#on(ChannelEndpointChanged, (m, mail) => {
      const channel = channelOf(m.channelId, mail)?.channel;
      if (channel !== undefined) channel.extensionsReset = true;
    });
  }

  /** @throws {DecodeError | PeerError} If the connection cannot go on. */
  receive(mail: Mail): void {
    const handler = this.#handlers.get(mail.frame.msgType);
    if (handler === undefined) this.#odd("not for a miner", mail);
    else handler(mail);
  }

  #on<F extends Fields>(
    message: Message<F>,
    handle: (value: ReturnType<Message<F>["decode"]>["value"], mail: Mail) => void,
  ): void {
    this.#handlers.set(
      message.id,
      (mail) => handle(message.decode(mail.frame.payload).value, mail),
    );
  }

  #opened(kind: Seat["kind"], m: Opened, extranonceSize: number, mail: Mail): void {
    const { peer, seats, now } = mail;
    const seat = seats.find((seat) => seat.awaits(m.requestId));
    if (seat === undefined) return this.#odd("answer to no request", mail);
    if (seat.kind !== kind) throw new PeerError("channel-of-other-kind", "5.3.5");
    const taken = channels(seats).some(({ channel: { id, groupId } }) =>
      id === m.channelId || groupId === m.channelId || id === m.groupChannelId
    );
    if (taken) throw new PeerError("channel-id-reused", "5.2");
    const fixed = MINING_SERVER_FLAGS.requiresFixedVersion;
    const channel = new MiningChannel({
      id: m.channelId,
      kind,
      groupId: m.groupChannelId,
      target: m.target,
      extranoncePrefix: m.extranoncePrefix,
      extranonceSize,
      fixedVersion: (peer.session.serverFlags & fixed) !== 0,
      cursor: BigInt(`0x${this.#options.random.bytes(4).toHex()}`),
      submissions: new Submissions(this.#options.tally),
    });
    seat.opened(channel, now);
    this.#options.log.info("channel.opened", {
      channel: channel.id,
      kind,
      difficulty: difficultyOfTarget(m.target),
    });
  }

  #refused(m: { requestId: number; errorCode: string }, mail: Mail): void {
    const seat = mail.seats.find((seat) => seat.awaits(m.requestId));
    if (seat === undefined) return this.#odd("answer to no request", mail);
    seat.closed(true, mail.now);
    this.#options.log.warn("channel.refused", { code: m.errorCode });
  }

  #standardJob(m: NewMiningJob, mail: Mail): void {
    const addressed = channelOf(m.channelId, mail);
    if (addressed?.channel.kind !== "standard") return this.#odd("standard job", mail);
    const { seat, channel } = addressed;
    if (channel.addJob(standardJob(m), m.minNtime, mail.now)) this.#options.turned(seat);
  }

  #extendedJob(m: NewExtendedMiningJob, mail: Mail): void {
    const direct = channelOf(m.channelId, mail);
    // A standard channel gets extended jobs by its group only, SV2 §5.3.16.
    if (direct?.channel.kind === "standard") return this.#odd("extended job", mail);
    for (const { seat, channel } of this.#addressed(m.channelId, mail)) {
      const job = extendedJob(m, channel.prefix);
      if (channel.addJob(job, m.minNtime, mail.now)) this.#options.turned(seat);
    }
  }

  #newPrevHash(m: SetNewPrevHash, mail: Mail): void {
    for (const { seat, channel } of this.#addressed(m.channelId, mail)) {
      if (!channel.setPrevHash(m, mail.now)) {
        this.#options.tally.oddities++;
        this.#options.log.warn("job.unknown", { channel: channel.id, job: m.jobId });
      }
      this.#options.turned(seat);
    }
  }

  #group({ groupChannelId, channelIds }: SetGroupChannel, mail: Mail): void {
    if (channelOf(groupChannelId, mail) !== undefined) {
      throw new PeerError("channel-id-reused", "5.3.22");
    }
    const wanted = new Set(channelIds);
    const all = channels(mail.seats);
    const members = all.filter(({ channel }) =>
      wanted.has(channel.id) || channel.groupId === groupChannelId
    );
    const sizes = new Set(members.map(({ channel }) => channel.fullExtranonceSize));
    // One coinbase cannot hold extranonces of two lengths, SV2 §5.2.3.
    if (sizes.size > 1) return this.#odd("group of several extranonce sizes", mail);
    for (const { channel } of members) channel.groupId = groupChannelId;
  }

  #closed({ channelId, reasonCode: reason }: CloseChannel, mail: Mail): void {
    for (const { seat, channel } of this.#addressed(channelId, mail)) {
      channel.submissions.giveUp();
      seat.closed(false, mail.now);
      this.#options.turned(seat);
      this.#options.log.warn("channel.closed", { channel: channel.id, reason });
    }
  }

  /** The channel of this id, or all of the group of this id, SV2 §5.2.3. */
  #addressed(id: number, mail: Mail): Open[] {
    const direct = channelOf(id, mail);
    if (direct !== undefined) return [direct];
    const group = channels(mail.seats).filter(({ channel }) => channel.groupId === id);
    if (group.length === 0) this.#odd("for no channel", mail);
    return group;
  }

  #odd(why: string, { frame: { msgType } }: Mail): void {
    this.#options.tally.oddities++;
    this.#options.log.debug("message.ignored", { msgType, why });
  }
}

interface Open {
  readonly seat: Seat;
  readonly channel: MiningChannel;
}

function channels(seats: readonly Seat[]): Open[] {
  return seats.flatMap((seat) =>
    seat.channel === undefined ? [] : [{ seat, channel: seat.channel }]
  );
}

function channelOf(id: number, { seats }: Mail): Open | undefined {
  return channels(seats).find(({ channel }) => channel.id === id);
}

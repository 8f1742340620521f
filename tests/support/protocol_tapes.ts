/**
 * Conversations as the specification wants them, written down entry by entry, for tests to spoil.
 *
 * @module
 */

import { assembleCoinbase, type Coinbase, joinCoinbase } from "../../lib/bitcoin/coinbase.ts";
import { sha256d } from "../../lib/bitcoin/hash.ts";
import { encodeHeader } from "../../lib/bitcoin/header.ts";
import { foldMerklePath } from "../../lib/bitcoin/merkle.ts";
import { encodeOutput } from "../../lib/bitcoin/transaction.ts";
import { concatBytes } from "../../lib/bitcoin/bytes.ts";
import type { Connection } from "../../lib/capture/capture.ts";
import type { Tlv } from "../../lib/codec/tlv.ts";
import { type SetupConnection, SetupConnectionSuccess } from "../../lib/messages/common.ts";
import { SetupConnection as SetupMessage } from "../../lib/messages/common.ts";
import {
  AllocateMiningJobToken,
  AllocateMiningJobTokenSuccess,
  DeclareMiningJob,
  DeclareMiningJobSuccess,
} from "../../lib/messages/declaration.ts";
import { RequestExtensions, RequestExtensionsSuccess } from "../../lib/messages/extensions.ts";
import {
  NewExtendedMiningJob,
  NewMiningJob,
  OpenExtendedMiningChannel,
  OpenExtendedMiningChannelSuccess,
  OpenStandardMiningChannel,
  OpenStandardMiningChannelSuccess,
  SetCustomMiningJob,
  SetNewPrevHash,
  SetTarget,
  SubmitSharesError,
  SubmitSharesExtended,
  SubmitSharesStandard,
  SubmitSharesSuccess,
} from "../../lib/messages/mining.ts";
import {
  CoinbaseOutputConstraints,
  NewTemplate,
  SetNewPrevHash as TemplateTip,
  SubmitSolution,
} from "../../lib/messages/template.ts";
import { difficultyOfTarget, hashMeetsTarget, MAX_TARGET } from "../../lib/pow/target.ts";
import { HARD_BITS, POOL_SCRIPT, templateOf } from "./pool_stage.ts";
import { SETUP } from "./raw_client.ts";
import { connectionOf, Tape } from "./tape.ts";

/** Every fourth hash meets it. */
export const TARGET: bigint = 1n << 254n;
export const MIN_NTIME = 1_699_999_900;
export const PREFIX: Uint8Array = Uint8Array.fromHex("00000001");
export const EXTRANONCE_SIZE = 16;
const VERSION = 0x2000_0000;
const GROUP = 1;
const CHANNEL = 2;
/** A payout with the place for a value. */
export const POOL_OUTPUT: Uint8Array = concatBytes(
  Uint8Array.of(1),
  encodeOutput({ value: 0n, scriptPubKey: POOL_SCRIPT }),
);

/** The coinbase of every job here. */
export function coinbase(): Coinbase {
  return assembleCoinbase({
    template: templateOf(1),
    payoutOutputs: [{ value: 5_000_000_000n, scriptPubKey: POOL_SCRIPT }],
    scriptSigTags: { pool: "Test" },
    extranonceSize: PREFIX.length + EXTRANONCE_SIZE,
  });
}

/** What opens any connection. */
export class ProtocolTape extends Tape {
  setup(change: Partial<SetupConnection> = {}, flags = 0): this {
    return this.note("connection-opened").note("handshake-done")
      .up(SetupMessage, { ...SETUP, ...change })
      .down(SetupConnectionSuccess, { usedVersion: 2, flags });
  }

  extensions(...extensions: number[]): this {
    return this.up(RequestExtensions, { requestId: 1, requestedExtensions: extensions })
      .down(RequestExtensionsSuccess, { requestId: 1, supportedExtensions: extensions });
  }
}

/** A mining connection; channel 2 of group 1 unless it says otherwise. */
export class MiningTape extends ProtocolTape {
  #sequence = 0;
  #jobVersion = VERSION;

  /** Set up, with an extended channel that works on job 1. */
  static mining(connection: Connection = connectionOf(1)): MiningTape {
    return new MiningTape(connection).setup().open().job().begin();
  }

  /** The same with a standard channel. */
  static standard(setup: Partial<SetupConnection> = {}, flags = 0): MiningTape {
    return new MiningTape().setup(setup, flags).openStandard().standardJob().begin();
  }

  ask(change: Partial<OpenExtendedMiningChannel> = {}): this {
    return this.up(OpenExtendedMiningChannel, {
      requestId: 7,
      userIdentity: "alice.rig",
      nominalHashRate: 1_000,
      maxTarget: MAX_TARGET,
      minExtranonceSize: 4,
      ...change,
    });
  }

  grant(change: Partial<OpenExtendedMiningChannelSuccess> = {}): this {
    return this.down(OpenExtendedMiningChannelSuccess, {
      requestId: 7,
      channelId: CHANNEL,
      target: TARGET,
      extranonceSize: EXTRANONCE_SIZE,
      extranoncePrefix: PREFIX,
      groupChannelId: GROUP,
      ...change,
    });
  }

  open(
    ask: Partial<OpenExtendedMiningChannel> = {},
    grant: Partial<OpenExtendedMiningChannelSuccess> = {},
  ): this {
    return this.ask(ask).grant({ requestId: ask.requestId ?? 7, ...grant });
  }

  askStandard(change: Partial<OpenStandardMiningChannel> = {}): this {
    return this.up(OpenStandardMiningChannel, {
      requestId: 7,
      userIdentity: "bob.rig",
      nominalHashRate: 1_000,
      maxTarget: MAX_TARGET,
      ...change,
    });
  }

  grantStandard(change: Partial<OpenStandardMiningChannelSuccess> = {}): this {
    return this.down(OpenStandardMiningChannelSuccess, {
      requestId: 7,
      channelId: CHANNEL,
      target: TARGET,
      extranoncePrefix: concatBytes(PREFIX, new Uint8Array(EXTRANONCE_SIZE)),
      groupChannelId: GROUP,
      ...change,
    });
  }

  openStandard(
    ask: Partial<OpenStandardMiningChannel> = {},
    grant: Partial<OpenStandardMiningChannelSuccess> = {},
  ): this {
    return this.askStandard(ask).grantStandard({ requestId: ask.requestId ?? 7, ...grant });
  }

  /** A future job, unless `minNtime` is given. */
  job(change: Partial<NewExtendedMiningJob> = {}): this {
    const { stripped } = coinbase();
    this.#jobVersion = change.version ?? VERSION;
    return this.down(NewExtendedMiningJob, {
      channelId: CHANNEL,
      jobId: 1,
      minNtime: null,
      version: VERSION,
      versionRollingAllowed: true,
      merklePath: templateOf(1).merklePath,
      coinbaseTxPrefix: stripped.prefix,
      coinbaseTxSuffix: stripped.suffix,
      ...change,
    });
  }

  standardJob(change: Partial<NewMiningJob> = {}): this {
    this.#jobVersion = change.version ?? VERSION;
    return this.down(NewMiningJob, {
      channelId: CHANNEL,
      jobId: 1,
      minNtime: null,
      version: VERSION,
      merkleRoot: merkleRoot(concatBytes(PREFIX, new Uint8Array(EXTRANONCE_SIZE))),
      ...change,
    });
  }

  /** A new block: job 1 is begun. */
  begin(change: Partial<SetNewPrevHash> = {}): this {
    return this.down(SetNewPrevHash, {
      channelId: CHANNEL,
      jobId: 1,
      prevHash: prevHash(),
      minNtime: MIN_NTIME,
      nbits: HARD_BITS,
      ...change,
    });
  }

  /** A share that meets {@link TARGET}, or, with `good: false`, does not. */
  share(
    change: Partial<SubmitSharesExtended> & { good?: boolean } = {},
    tlvs: readonly Tlv[] = [],
  ): this {
    const { good = true, ...rest } = change;
    const extranonce = new Uint8Array(EXTRANONCE_SIZE).fill(3);
    const sequenceNumber = rest.sequenceNumber ?? ++this.#sequence;
    const value = {
      channelId: CHANNEL,
      jobId: 1,
      ntime: MIN_NTIME + 5,
      version: this.#jobVersion,
      extranonce,
      nonce: 0,
      ...rest,
      sequenceNumber,
    };
    const root = merkleRoot(concatBytes(PREFIX, value.extranonce));
    const nonce = rest.nonce ?? nonceFor(root, value, { good, from: sequenceNumber << 8 });
    return this.up(SubmitSharesExtended, { ...value, nonce }, tlvs);
  }

  standardShare(change: Partial<SubmitSharesStandard> = {}): this {
    const sequenceNumber = change.sequenceNumber ?? ++this.#sequence;
    const value = {
      channelId: CHANNEL,
      jobId: 1,
      ntime: MIN_NTIME + 5,
      version: this.#jobVersion,
      ...change,
      sequenceNumber,
    };
    const root = merkleRoot(concatBytes(PREFIX, new Uint8Array(EXTRANONCE_SIZE)));
    const nonce = change.nonce ?? nonceFor(root, value, { good: true, from: sequenceNumber << 8 });
    return this.up(SubmitSharesStandard, { ...value, nonce });
  }

  /** Accepts the last share, or the last few. */
  accept(change: Partial<SubmitSharesSuccess> = {}): this {
    const newSubmitsAcceptedCount = change.newSubmitsAcceptedCount ?? 1;
    const sum = newSubmitsAcceptedCount * difficultyOfTarget(TARGET);
    return this.down(SubmitSharesSuccess, {
      channelId: CHANNEL,
      lastSequenceNumber: this.#sequence,
      newSubmitsAcceptedCount,
      newSharesSum: BigInt(Math.floor(sum)),
      ...change,
    });
  }

  reject(errorCode: string, change: Partial<SubmitSharesError> = {}): this {
    return this.down(SubmitSharesError, {
      channelId: CHANNEL,
      sequenceNumber: this.#sequence,
      errorCode,
      ...change,
    });
  }

  target(maximumTarget: bigint, channelId = CHANNEL): this {
    return this.down(SetTarget, { channelId, maximumTarget });
  }

  custom(change: Partial<SetCustomMiningJob> = {}): this {
    return this.up(SetCustomMiningJob, {
      channelId: CHANNEL,
      requestId: 9,
      miningJobToken: TOKEN,
      version: VERSION,
      prevHash: prevHash(),
      minNtime: MIN_NTIME,
      nbits: HARD_BITS,
      coinbaseTxVersion: 2,
      coinbasePrefix: templateOf(1).coinbasePrefix,
      coinbaseTxInputNSequence: 0xffff_ffff,
      coinbaseTxOutputs: concatBytes(
        Uint8Array.of(1),
        encodeOutput({ value: 5_000_000_000n, scriptPubKey: POOL_SCRIPT }),
      ),
      coinbaseTxLocktime: 0,
      merklePath: templateOf(1).merklePath,
      ...change,
    });
  }
}

export const TOKEN: Uint8Array = Uint8Array.fromHex("a1b2c3d4");

/** A connection of job declaration. */
export class DeclarationTape extends ProtocolTape {
  static declaring(connection: Connection = connectionOf(5, { port: 3334 })): DeclarationTape {
    return new DeclarationTape(connection).setup({ protocol: 1, flags: 1 });
  }

  allocate(change: Partial<AllocateMiningJobToken> = {}): this {
    return this.up(AllocateMiningJobToken, { requestId: 1, userIdentifier: "alice", ...change });
  }

  allocated(change: Partial<AllocateMiningJobTokenSuccess> = {}): this {
    return this.down(AllocateMiningJobTokenSuccess, {
      requestId: 1,
      miningJobToken: TOKEN,
      coinbaseTxOutputs: POOL_OUTPUT,
      ...change,
    });
  }

  declare(change: Partial<DeclareMiningJob> = {}): this {
    const { full } = coinbase();
    return this.up(DeclareMiningJob, {
      requestId: 2,
      miningJobToken: TOKEN,
      version: VERSION,
      coinbaseTxPrefix: full.prefix,
      coinbaseTxSuffix: full.suffix,
      wtxidList: [new Uint8Array(32).fill(4), new Uint8Array(32).fill(5)],
      excessData: new Uint8Array(),
      ...change,
    });
  }

  declared(change: Partial<DeclareMiningJobSuccess> = {}): this {
    return this.down(DeclareMiningJobSuccess, {
      requestId: 2,
      newMiningJobToken: Uint8Array.fromHex("ee01"),
      ...change,
    });
  }
}

/** A connection of template distribution. */
export class TemplateTape extends ProtocolTape {
  static templates(connection: Connection = connectionOf(9, { port: 8442 })): TemplateTape {
    return new TemplateTape(connection).setup({ protocol: 2 }).constraints();
  }

  constraints(): this {
    return this.up(CoinbaseOutputConstraints, {
      coinbaseOutputMaxAdditionalSize: 100,
      coinbaseOutputMaxAdditionalSigops: 0,
    });
  }

  template(change: Partial<NewTemplate> = {}): this {
    return this.down(NewTemplate, { ...templateOf(1), ...change });
  }

  tip(change: Partial<TemplateTip> = {}): this {
    return this.down(TemplateTip, {
      templateId: 1n,
      prevHash: prevHash(),
      headerTimestamp: MIN_NTIME,
      nBits: HARD_BITS,
      target: TARGET,
      ...change,
    });
  }

  solution(change: Partial<SubmitSolution> = {}): this {
    return this.up(SubmitSolution, {
      templateId: 1n,
      version: VERSION,
      headerTimestamp: MIN_NTIME + 5,
      headerNonce: 1,
      coinbaseTx: joinCoinbase(
        coinbase().full,
        new Uint8Array(PREFIX.length + EXTRANONCE_SIZE),
      ),
      ...change,
    });
  }
}

/** The server's part of a whole extranonce. */
export function prefixIn(extranonce: Uint8Array | undefined): Uint8Array | undefined {
  return extranonce?.slice(0, PREFIX.length);
}

export function prevHash(): Uint8Array {
  return new Uint8Array(32).fill(0xb0);
}

function merkleRoot(extranonce: Uint8Array): Uint8Array {
  const txid = sha256d(joinCoinbase(coinbase().stripped, extranonce));
  return foldMerklePath(txid, templateOf(1).merklePath);
}

/** A nonce with which the header meets {@link TARGET}, or does not. */
function nonceFor(
  root: Uint8Array,
  { version, ntime: time }: { readonly version: number; readonly ntime: number },
  { good, from }: { readonly good: boolean; readonly from: number },
): number {
  for (let nonce = from >>> 0;; nonce++) {
    const header = encodeHeader({
      version,
      prevHash: prevHash(),
      merkleRoot: root,
      time,
      nBits: HARD_BITS,
      nonce,
    });
    if (hashMeetsTarget(sha256d(header), TARGET) === good) return nonce;
  }
}

/**
 * SV2 §5.3: channels, jobs and shares. `share_view.ts` reads and writes shares in place.
 *
 * @module
 */

import { bool, f32, hash, u16, u256, u32, u64 } from "../codec/field.ts";
import { messagesOf, type ValueOf } from "../codec/message.ts";
import { b0255, b032, b064k, option, seq255, seq64k, str255 } from "../codec/sequence.ts";

const define = messagesOf("mining");
const REQUEST = "Chosen by the client and unique on the connection; comes back in the answer";
const ANSWER = "As in the request";
const REASON = "Why, for people and logs; no control characters (SV2 §3.5)";

export type OpenStandardMiningChannel = ValueOf<typeof OpenStandardMiningChannel>;
export const OpenStandardMiningChannel = define({
  name: "OpenStandardMiningChannel",
  id: 0x10,
  channel: false,
  from: "client",
  spec: "5.3.2",
  doc: "Asks for a channel whose jobs are headers: the coinbase is the server's",
  fields: {
    requestId: u32(REQUEST),
    userIdentity: str255("Who gets paid, in the pool's own form; any bytes"),
    nominalHashRate: f32("Of everything behind the channel; may be any float", { unit: "h/s" }),
    maxTarget: u256("Easiest target that the device can work on"),
  },
});

export type OpenStandardMiningChannelSuccess = ValueOf<typeof OpenStandardMiningChannelSuccess>;
export const OpenStandardMiningChannelSuccess = define({
  name: "OpenStandardMiningChannel.Success",
  id: 0x11,
  channel: false,
  from: "server",
  spec: "5.3.3",
  doc: "Opens the standard channel",
  fields: {
    requestId: u32(ANSWER),
    channelId: u32("Names the channel while the connection lasts"),
    target: u256("Largest hash that counts as a share"),
    extranoncePrefix: b032("The channel's whole extranonce"),
    groupChannelId: u32("Group that the channel belongs to"),
  },
});

export type OpenMiningChannelError = ValueOf<typeof OpenMiningChannelError>;
export const OpenMiningChannelError = define({
  name: "OpenMiningChannel.Error",
  id: 0x12,
  channel: false,
  from: "server",
  spec: "5.3.6",
  doc: "Refuses to open a channel of either kind",
  fields: {
    requestId: u32(ANSWER),
    errorCode: str255(REASON),
  },
});

export type OpenExtendedMiningChannel = ValueOf<typeof OpenExtendedMiningChannel>;
export const OpenExtendedMiningChannel = define({
  name: "OpenExtendedMiningChannel",
  id: 0x13,
  channel: false,
  from: "client",
  spec: "5.3.4",
  doc: "Asks for a channel whose jobs leave part of the coinbase to the client",
  fields: {
    requestId: u32(REQUEST),
    userIdentity: str255("Who gets paid, in the pool's own form; any bytes"),
    nominalHashRate: f32("Of everything behind the channel; may be any float", { unit: "h/s" }),
    maxTarget: u256("Easiest target that the devices can work on"),
    minExtranonceSize: u16("Fewest extranonce bytes the client needs to roll", { unit: "bytes" }),
  },
});

export type OpenExtendedMiningChannelSuccess = ValueOf<typeof OpenExtendedMiningChannelSuccess>;
export const OpenExtendedMiningChannelSuccess = define({
  name: "OpenExtendedMiningChannel.Success",
  id: 0x14,
  channel: false,
  from: "server",
  spec: "5.3.5",
  doc: "Opens the extended channel",
  fields: {
    requestId: u32(ANSWER),
    channelId: u32("Names the channel while the connection lasts"),
    target: u256("Largest hash that counts as a share"),
    extranonceSize: u16("What the client rolls, exactly this long in each share", {
      unit: "bytes",
    }),
    extranoncePrefix: b032("Comes before the rolled part in the coinbase"),
    groupChannelId: u32("Group that the channel belongs to"),
  },
});

export type NewMiningJob = ValueOf<typeof NewMiningJob>;
export const NewMiningJob = define({
  name: "NewMiningJob",
  id: 0x15,
  channel: true,
  from: "server",
  spec: "5.3.15",
  doc: "A job for a standard channel",
  fields: {
    channelId: u32("Standard channel that the job is for"),
    jobId: u32("Unique among the jobs that are valid on the channel"),
    minNtime: option(u32("First usable nTime; absent in a future job", { unit: "Unix s" })),
    version: u32("Header version; the bits of BIP 323 may be rolled"),
    merkleRoot: hash("As in the block header"),
  },
});

export type UpdateChannel = ValueOf<typeof UpdateChannel>;
export const UpdateChannel = define({
  name: "UpdateChannel",
  id: 0x16,
  channel: true,
  from: "client",
  spec: "5.3.7",
  doc: "What is behind the channel has changed",
  fields: {
    channelId: u32("Channel that changed"),
    nominalHashRate: f32("Of everything behind it now; may be any float", { unit: "h/s" }),
    maximumTarget: u256("Easiest target wanted; below the present one, SetTarget follows"),
  },
});

export type UpdateChannelError = ValueOf<typeof UpdateChannelError>;
export const UpdateChannelError = define({
  name: "UpdateChannel.Error",
  id: 0x17,
  channel: true,
  from: "server",
  spec: "5.3.8",
  doc: "Refuses the change; success has no answer",
  fields: {
    channelId: u32("Channel that stays as it was"),
    errorCode: str255(REASON),
  },
});

export type CloseChannel = ValueOf<typeof CloseChannel>;
export const CloseChannel = define({
  name: "CloseChannel",
  id: 0x18,
  channel: true,
  from: "both",
  spec: "5.3.9",
  doc: "Ends a channel, or every channel of a group; has no answer",
  fields: {
    channelId: u32("Channel or group that ends"),
    reasonCode: str255(REASON),
  },
});

export type SetExtranoncePrefix = ValueOf<typeof SetExtranoncePrefix>;
export const SetExtranoncePrefix = define({
  name: "SetExtranoncePrefix",
  id: 0x19,
  channel: true,
  from: "server",
  spec: "5.3.10",
  doc: "Changes the fixed part of the extranonce for jobs that are sent from here on",
  fields: {
    channelId: u32("Standard or extended channel; never a group"),
    extranoncePrefix: b032("The new fixed part"),
  },
});

export type SubmitSharesStandard = ValueOf<typeof SubmitSharesStandard>;
export const SubmitSharesStandard = define({
  name: "SubmitSharesStandard",
  id: 0x1a,
  channel: true,
  from: "client",
  spec: "5.3.11",
  doc: "A share of a standard channel",
  fields: {
    channelId: u32("Channel it was found on"),
    sequenceNumber: u32("Counts the channel's shares; the answer refers to it"),
    jobId: u32("Job it was found for"),
    nonce: u32("Of the header"),
    ntime: u32("Of the header", { unit: "Unix s" }),
    version: u32("Of the header, whole"),
  },
});

export type SubmitSharesExtended = ValueOf<typeof SubmitSharesExtended>;
export const SubmitSharesExtended = define({
  name: "SubmitSharesExtended",
  id: 0x1b,
  channel: true,
  from: "client",
  spec: "5.3.12",
  doc: "A share of an extended channel",
  fields: {
    ...SubmitSharesStandard.fields,
    extranonce: b032("The rolled part, exactly as long as was granted; without the prefix"),
  },
});

export type SubmitSharesSuccess = ValueOf<typeof SubmitSharesSuccess>;
export const SubmitSharesSuccess = define({
  name: "SubmitShares.Success",
  id: 0x1c,
  channel: true,
  from: "server",
  spec: "5.3.13",
  doc: "Accepts a share or several",
  fields: {
    channelId: u32("Channel they were found on"),
    lastSequenceNumber: u32("Newest accepted share"),
    newSubmitsAcceptedCount: u32("Shares that this message accepts"),
    newSharesSum: u64("Sum of their difficulties", { unit: "difficulty" }),
  },
});

export type SubmitSharesError = ValueOf<typeof SubmitSharesError>;
export const SubmitSharesError = define({
  name: "SubmitShares.Error",
  id: 0x1d,
  channel: true,
  from: "server",
  spec: "5.3.14",
  doc: "Refuses one share",
  fields: {
    channelId: u32("Channel it came on"),
    sequenceNumber: u32("The share that is refused"),
    errorCode: str255(REASON),
  },
});

export type NewExtendedMiningJob = ValueOf<typeof NewExtendedMiningJob>;
export const NewExtendedMiningJob = define({
  name: "NewExtendedMiningJob",
  id: 0x1f,
  channel: true,
  from: "server",
  spec: "5.3.16",
  doc: "A job for an extended channel or a group: the coinbase around the extranonce",
  fields: {
    channelId: u32("Extended channel or group that the job is for"),
    jobId: u32("Unique among the jobs that are valid on the channel"),
    minNtime: option(u32("First usable nTime; absent in a future job", { unit: "Unix s" })),
    version: u32("Header version"),
    versionRollingAllowed: bool("Whether the bits of BIP 323 may be rolled"),
    merklePath: seq255(hash("Hashes beside the coinbase's way to the root, deepest first")),
    coinbaseTxPrefix: b064k("Coinbase up to the extranonce, without BIP 141 fields"),
    coinbaseTxSuffix: b064k("Coinbase after the extranonce, without BIP 141 fields"),
  },
});

export type SetNewPrevHash = ValueOf<typeof SetNewPrevHash>;
export const SetNewPrevHash = define({
  name: "SetNewPrevHash",
  id: 0x20,
  channel: true,
  from: "server",
  spec: "5.3.17",
  doc: "A block was found: one future job becomes the job, all others end",
  fields: {
    channelId: u32("Channel or group that is meant"),
    jobId: u32("Future job to work on now"),
    prevHash: hash("Block to build on, as in the header"),
    minNtime: u32("First usable nTime", { unit: "Unix s" }),
    nbits: u32("Network target in compact form, as in the header"),
  },
});

export type SetTarget = ValueOf<typeof SetTarget>;
export const SetTarget = define({
  name: "SetTarget",
  id: 0x21,
  channel: true,
  from: "server",
  spec: "5.3.21",
  doc: "What counts as a share, in jobs that start from here on",
  fields: {
    channelId: u32("Channel or group that is meant"),
    maximumTarget: u256("Largest hash that counts"),
  },
});

export type SetCustomMiningJob = ValueOf<typeof SetCustomMiningJob>;
export const SetCustomMiningJob = define({
  name: "SetCustomMiningJob",
  id: 0x22,
  channel: true,
  from: "client",
  spec: "5.3.18",
  doc: "Asks to work on a job of the client's own, which was declared before",
  fields: {
    channelId: u32("Extended channel that is to have the job"),
    requestId: u32(REQUEST),
    miningJobToken: b0255("Proof that the job was declared or the outputs allocated"),
    version: u32("Header version"),
    prevHash: hash("Block to build on, as in the header"),
    minNtime: u32("First usable nTime", { unit: "Unix s" }),
    nbits: u32("Network target in compact form, as in the header"),
    coinbaseTxVersion: u32("Version of the coinbase transaction"),
    coinbasePrefix: b0255("Start of the coinbase's scriptSig, up to the extranonce"),
    coinbaseTxInputNSequence: u32("Sequence of the coinbase's input", {
      spelled: "coinbase_tx_input_nSequence",
    }),
    coinbaseTxOutputs: b064k("All outputs, with their CompactSize count"),
    coinbaseTxLocktime: u32("Lock time of the coinbase"),
    merklePath: seq255(hash("Hashes beside the coinbase's way to the root, deepest first")),
  },
});

export type SetCustomMiningJobSuccess = ValueOf<typeof SetCustomMiningJobSuccess>;
export const SetCustomMiningJobSuccess = define({
  name: "SetCustomMiningJob.Success",
  id: 0x23,
  channel: true,
  from: "server",
  spec: "5.3.19",
  doc: "Accepts the client's job",
  fields: {
    channelId: u32("As in the request"),
    requestId: u32(ANSWER),
    jobId: u32("Names the job in shares"),
  },
});

export type SetCustomMiningJobError = ValueOf<typeof SetCustomMiningJobError>;
export const SetCustomMiningJobError = define({
  name: "SetCustomMiningJob.Error",
  id: 0x24,
  channel: true,
  from: "server",
  spec: "5.3.20",
  doc: "Refuses the client's job",
  fields: {
    channelId: u32("As in the request"),
    requestId: u32(ANSWER),
    errorCode: str255(REASON),
  },
});

export type SetGroupChannel = ValueOf<typeof SetGroupChannel>;
export const SetGroupChannel = define({
  name: "SetGroupChannel",
  id: 0x25,
  channel: false,
  from: "server",
  spec: "5.3.22",
  doc: "Moves channels into a group, which one message then reaches",
  fields: {
    groupChannelId: u32("The group, which begins to exist by this"),
    channelIds: seq64k(u32("Open channels that are members from now on")),
  },
});

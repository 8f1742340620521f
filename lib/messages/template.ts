/**
 * SV2 §7: block templates from a node, and solutions to it. Here the client is who wants templates.
 *
 * @module
 */

import { bool, hash, u16, u256, u32, u64 } from "../codec/field.ts";
import { messagesOf, type ValueOf } from "../codec/message.ts";
import { b016m, b0255, b064k, seq255, seq64k, str255 } from "../codec/sequence.ts";

const define = messagesOf("template");

export type CoinbaseOutputConstraints = ValueOf<typeof CoinbaseOutputConstraints>;
export const CoinbaseOutputConstraints = define({
  name: "CoinbaseOutputConstraints",
  id: 0x70,
  channel: false,
  from: "client",
  spec: "7.1",
  doc: "Says how much room the client's outputs need, and so starts the flow of templates",
  fields: {
    coinbaseOutputMaxAdditionalSize: u32("Serialized outputs to be added", { unit: "bytes" }),
    coinbaseOutputMaxAdditionalSigops: u16("Signature operations in them"),
  },
});

export type NewTemplate = ValueOf<typeof NewTemplate>;
export const NewTemplate = define({
  name: "NewTemplate",
  id: 0x71,
  channel: false,
  from: "server",
  spec: "7.2",
  doc: "A template: what a block's coinbase must have, and its merkle path",
  fields: {
    templateId: u64("Names the template; always rises"),
    futureTemplate: bool("Whether it is to wait for its SetNewPrevHash"),
    version: u32("Header version; the bits of BIP 323 may be rolled"),
    coinbaseTxVersion: u32("Version of the coinbase transaction"),
    coinbasePrefix: b0255("Start of the coinbase's scriptSig, at most 8 bytes (BIP 34 height)"),
    coinbaseTxInputSequence: u32("Sequence of the coinbase's input"),
    coinbaseTxValueRemaining: u64("Subsidy and fees for the client's outputs", { unit: "sat" }),
    coinbaseTxOutputsCount: u32("How many outputs `coinbase_tx_outputs` has"),
    coinbaseTxOutputs: b064k("Outputs to come last, without their count; the witness commitment"),
    coinbaseTxLocktime: u32("Lock time of the coinbase"),
    merklePath: seq255(hash("Hashes beside the coinbase's way to the root, deepest first")),
  },
});

export type SetNewPrevHash = ValueOf<typeof SetNewPrevHash>;
export const SetNewPrevHash = define({
  name: "SetNewPrevHash",
  id: 0x72,
  channel: false,
  from: "server",
  spec: "7.3",
  doc: "A block was found: build on it, with this template",
  fields: {
    templateId: u64("Future template that fits it"),
    prevHash: hash("Block to build on, as in the header"),
    headerTimestamp: u32("nTime to start from", { unit: "Unix s" }),
    nBits: u32("Network target in compact form, as in the header", { spelled: "nBits" }),
    target: u256("Largest hash worth submitting; may be below what `nBits` says"),
  },
});

export type RequestTransactionData = ValueOf<typeof RequestTransactionData>;
export const RequestTransactionData = define({
  name: "RequestTransactionData",
  id: 0x73,
  channel: false,
  from: "client",
  spec: "7.4",
  doc: "Asks for a template's transactions, to declare them",
  fields: {
    templateId: u64("From NewTemplate"),
  },
});

export type RequestTransactionDataSuccess = ValueOf<typeof RequestTransactionDataSuccess>;
export const RequestTransactionDataSuccess = define({
  name: "RequestTransactionData.Success",
  id: 0x74,
  channel: false,
  from: "server",
  spec: "7.5",
  doc: "A template's transactions",
  fields: {
    templateId: u64("As in the request"),
    excessData: b064k("To be passed on when declaring, as it came"),
    transactionList: seq64k(b016m("Whole transactions in block order, without the coinbase")),
  },
});

export type RequestTransactionDataError = ValueOf<typeof RequestTransactionDataError>;
export const RequestTransactionDataError = define({
  name: "RequestTransactionData.Error",
  id: 0x75,
  channel: false,
  from: "server",
  spec: "7.6",
  doc: "The transactions are not to be had",
  fields: {
    templateId: u64("As in the request"),
    errorCode: str255("Why, for people and logs; no control characters (SV2 §3.5)"),
  },
});

export type SubmitSolution = ValueOf<typeof SubmitSolution>;
export const SubmitSolution = define({
  name: "SubmitSolution",
  id: 0x76,
  channel: false,
  from: "client",
  spec: "7.7",
  doc: "A block was found with this template; has no answer",
  fields: {
    templateId: u64("Template it was built from"),
    version: u32("Of the header, whole"),
    headerTimestamp: u32("nTime of the header", { unit: "Unix s" }),
    headerNonce: u32("Nonce of the header"),
    coinbaseTx: b064k("The whole coinbase transaction, with BIP 141 fields"),
  },
});

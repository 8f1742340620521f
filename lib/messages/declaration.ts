/**
 * SV2 §6.4: a client declares the jobs it makes itself.
 *
 * @module
 */

import { hash, u16, u32 } from "../codec/field.ts";
import { messagesOf, type ValueOf } from "../codec/message.ts";
import { b016m, b0255, b032, b064k, seq64k, str255 } from "../codec/sequence.ts";

const define = messagesOf("declaration");
const REQUEST = "Chosen by the client and unique on the connection; comes back in the answer";
const ANSWER = "As in the request";

export type AllocateMiningJobToken = ValueOf<typeof AllocateMiningJobToken>;
export const AllocateMiningJobToken = define({
  name: "AllocateMiningJobToken",
  id: 0x50,
  channel: false,
  from: "client",
  spec: "6.4.2",
  doc: "Asks for a token, and so for the outputs that a job of the client's has to pay",
  fields: {
    userIdentifier: str255("Who gets paid, in the pool's own form; any bytes"),
    requestId: u32(REQUEST),
  },
});

export type AllocateMiningJobTokenSuccess = ValueOf<typeof AllocateMiningJobTokenSuccess>;
export const AllocateMiningJobTokenSuccess = define({
  name: "AllocateMiningJobToken.Success",
  id: 0x51,
  channel: false,
  from: "server",
  spec: "6.4.3",
  doc: "Grants a token; refusing has no message",
  fields: {
    requestId: u32(ANSWER),
    miningJobToken: b0255("For one job; means something to the server only"),
    coinbaseTxOutputs: b064k("Outputs with their CompactSize count; the first takes the reward"),
  },
});

export type DeclareMiningJob = ValueOf<typeof DeclareMiningJob>;
export const DeclareMiningJob = define({
  name: "DeclareMiningJob",
  id: 0x57,
  channel: false,
  from: "client",
  spec: "6.4.4",
  doc: "Shows a job with all its transactions, by their ids",
  fields: {
    requestId: u32(REQUEST),
    miningJobToken: b0255("From AllocateMiningJobToken.Success"),
    version: u32("Header version; the bits of BIP 323 may be rolled"),
    coinbaseTxPrefix: b064k("Coinbase up to the whole extranonce, with BIP 141 fields"),
    coinbaseTxSuffix: b064k("Coinbase after the whole extranonce, with BIP 141 fields"),
    wtxidList: seq64k(hash("Witness transaction ids in block order, without the coinbase's")),
    excessData: b064k("From RequestTransactionData.Success, as it came"),
  },
});

export type DeclareMiningJobSuccess = ValueOf<typeof DeclareMiningJobSuccess>;
export const DeclareMiningJobSuccess = define({
  name: "DeclareMiningJob.Success",
  id: 0x58,
  channel: false,
  from: "server",
  spec: "6.4.5",
  doc: "Accepts the declared job",
  fields: {
    requestId: u32(ANSWER),
    newMiningJobToken: b0255("For SetCustomMiningJob; takes the old token's place"),
  },
});

export type DeclareMiningJobError = ValueOf<typeof DeclareMiningJobError>;
export const DeclareMiningJobError = define({
  name: "DeclareMiningJob.Error",
  id: 0x59,
  channel: false,
  from: "server",
  spec: "6.4.6",
  doc: "Refuses the declared job",
  fields: {
    requestId: u32(ANSWER),
    errorCode: str255("Why, for people and logs; no control characters (SV2 §3.5)"),
    errorDetails: b064k("More about it in no fixed form; may be empty"),
  },
});

export type ProvideMissingTransactions = ValueOf<typeof ProvideMissingTransactions>;
export const ProvideMissingTransactions = define({
  name: "ProvideMissingTransactions",
  id: 0x55,
  channel: false,
  from: "server",
  spec: "6.4.7",
  doc: "Asks for declared transactions that the server's node has not seen",
  fields: {
    requestId: u32("Of the DeclareMiningJob"),
    unknownTxPositionList: seq64k(u16("Places in its `wtxid_list`, from 0")),
  },
});

export type ProvideMissingTransactionsSuccess = ValueOf<typeof ProvideMissingTransactionsSuccess>;
export const ProvideMissingTransactionsSuccess = define({
  name: "ProvideMissingTransactions.Success",
  id: 0x56,
  channel: false,
  from: "client",
  spec: "6.4.8",
  doc: "Hands over the transactions that were asked for",
  fields: {
    requestId: u32("Of the DeclareMiningJob"),
    transactionList: seq64k(b016m("Whole transactions in the order asked for")),
  },
});

export type PushSolution = ValueOf<typeof PushSolution>;
export const PushSolution = define({
  name: "PushSolution",
  id: 0x60,
  channel: false,
  from: "client",
  spec: "6.4.9",
  doc: "A block was found with the job declared last; has no answer",
  fields: {
    extranonce: b032("The whole extranonce: prefix and rolled part"),
    prevHash: hash("Block it builds on, as in the header"),
    nonce: u32("Of the header"),
    ntime: u32("Of the header", { unit: "Unix s" }),
    nbits: u32("Of the header"),
    version: u32("Of the header, whole"),
  },
});

import { encodeFrame } from "../frame/encode.ts";
import { NewExtendedMiningJob, SubmitSharesExtended } from "./mining.ts";
import { ShareView } from "./share_view.ts";

// The derived codec beside one written by hand for this message only, which is as fast as it gets,
// and beside the line of JSON that says the same in Stratum V1.

const share: SubmitSharesExtended = {
  channelId: 1,
  sequenceNumber: 77,
  jobId: 9,
  nonce: 0xdeadbeef,
  ntime: 1_800_000_000,
  version: 0x2000_0000,
  extranonce: crypto.getRandomValues(new Uint8Array(8)),
};
const shareBytes = SubmitSharesExtended.encode(share);
const shareLine = JSON.stringify({
  id: 77,
  method: "mining.submit",
  params: ["address.worker", "9", "0102030405060708", "6b49d200", "deadbeef", "00002000"],
});

const encodingShare = { group: "encode SubmitSharesExtended" };

Deno.bench("encode a share: by hand", { ...encodingShare, baseline: true }, () => {
  const { extranonce } = share;
  const payload = new Uint8Array(25 + extranonce.length);
  const view = new DataView(payload.buffer);
  view.setUint32(0, share.channelId, true);
  view.setUint32(4, share.sequenceNumber, true);
  view.setUint32(8, share.jobId, true);
  view.setUint32(12, share.nonce, true);
  view.setUint32(16, share.ntime, true);
  view.setUint32(20, share.version, true);
  payload[24] = extranonce.length;
  payload.set(extranonce, 25);
});

Deno.bench("encode a share: derived", encodingShare, () => {
  SubmitSharesExtended.encode(share);
});

Deno.bench("encode a share: derived, with its frame header", encodingShare, () => {
  encodeFrame(SubmitSharesExtended, share);
});

Deno.bench("encode a share: JSON of Stratum V1", encodingShare, () => {
  JSON.stringify({
    id: share.sequenceNumber,
    method: "mining.submit",
    params: [
      "address.worker",
      share.jobId.toString(16),
      share.extranonce.toHex(),
      share.ntime.toString(16).padStart(8, "0"),
      share.nonce.toString(16).padStart(8, "0"),
      share.version.toString(16).padStart(8, "0"),
    ],
  });
});

const decodingShare = { group: "decode SubmitSharesExtended" };
const shareView = new ShareView();
let sum = 0;

Deno.bench("decode a share: by hand", { ...decodingShare, baseline: true }, () => {
  const view = new DataView(shareBytes.buffer, shareBytes.byteOffset, shareBytes.length);
  const value = {
    channelId: view.getUint32(0, true),
    sequenceNumber: view.getUint32(4, true),
    jobId: view.getUint32(8, true),
    nonce: view.getUint32(12, true),
    ntime: view.getUint32(16, true),
    version: view.getUint32(20, true),
    extranonce: shareBytes.slice(25, 25 + view.getUint8(24)),
  };
  sum += value.nonce + value.extranonce.length;
});

Deno.bench("decode a share: derived", decodingShare, () => {
  const { value } = SubmitSharesExtended.decode(shareBytes);
  sum += value.nonce + value.extranonce.length;
});

Deno.bench("decode a share: in place, as the pool does", decodingShare, () => {
  shareView.readExtended(shareBytes);
  sum += shareView.nonce + shareView.extranonceEnd;
});

Deno.bench("decode a share: JSON of Stratum V1", decodingShare, () => {
  const { params } = JSON.parse(shareLine);
  sum += parseInt(params[4], 16) + Uint8Array.fromHex(params[2]).length;
});

const job: NewExtendedMiningJob = {
  channelId: 1,
  jobId: 9,
  minNtime: null,
  version: 0x2000_0000,
  versionRollingAllowed: true,
  merklePath: Array.from({ length: 12 }, () => crypto.getRandomValues(new Uint8Array(32))),
  coinbaseTxPrefix: crypto.getRandomValues(new Uint8Array(62)),
  coinbaseTxSuffix: crypto.getRandomValues(new Uint8Array(150)),
};
const jobBytes = NewExtendedMiningJob.encode(job);
const jobLine = JSON.stringify({
  id: null,
  method: "mining.notify",
  params: [
    "9",
    "00".repeat(32),
    job.coinbaseTxPrefix.toHex(),
    job.coinbaseTxSuffix.toHex(),
    job.merklePath.map((sibling) => sibling.toHex()),
    "20000000",
    "1d00ffff",
    "6b49d200",
    true,
  ],
});

const encodingJob = { group: "encode NewExtendedMiningJob, 12 levels" };

Deno.bench("encode a job: by hand", { ...encodingJob, baseline: true }, () => {
  const { merklePath, coinbaseTxPrefix: prefix, coinbaseTxSuffix: suffix } = job;
  const payload = new Uint8Array(19 + 32 * merklePath.length + prefix.length + suffix.length);
  const view = new DataView(payload.buffer);
  view.setUint32(0, job.channelId, true);
  view.setUint32(4, job.jobId, true);
  view.setUint32(9, job.version, true);
  view.setUint8(13, 1);
  view.setUint8(14, merklePath.length);
  let at = 15;
  for (const sibling of merklePath) {
    payload.set(sibling, at);
    at += 32;
  }
  for (const part of [prefix, suffix]) {
    view.setUint16(at, part.length, true);
    payload.set(part, at + 2);
    at += 2 + part.length;
  }
});

Deno.bench("encode a job: derived", encodingJob, () => {
  NewExtendedMiningJob.encode(job);
});

Deno.bench("encode a job: JSON of Stratum V1", encodingJob, () => {
  JSON.stringify({
    id: null,
    method: "mining.notify",
    params: [
      job.jobId.toString(16),
      "00".repeat(32),
      job.coinbaseTxPrefix.toHex(),
      job.coinbaseTxSuffix.toHex(),
      job.merklePath.map((sibling) => sibling.toHex()),
      job.version.toString(16).padStart(8, "0"),
      "1d00ffff",
      "6b49d200",
      true,
    ],
  });
});

const decodingJob = { group: "decode NewExtendedMiningJob, 12 levels" };

Deno.bench("decode a job: by hand", { ...decodingJob, baseline: true }, () => {
  const view = new DataView(jobBytes.buffer, jobBytes.byteOffset, jobBytes.length);
  const levels = view.getUint8(14);
  let at = 15;
  const merklePath: Uint8Array[] = [];
  for (let i = 0; i < levels; i++, at += 32) merklePath.push(jobBytes.slice(at, at + 32));
  const prefix = view.getUint16(at, true);
  const coinbaseTxPrefix = jobBytes.slice(at + 2, at += 2 + prefix);
  const coinbaseTxSuffix = jobBytes.slice(at + 2, at + 2 + view.getUint16(at, true));
  const value = {
    channelId: view.getUint32(0, true),
    jobId: view.getUint32(4, true),
    minNtime: null,
    version: view.getUint32(9, true),
    versionRollingAllowed: view.getUint8(13) !== 0,
    merklePath,
    coinbaseTxPrefix,
    coinbaseTxSuffix,
  };
  sum += value.jobId + value.coinbaseTxSuffix.length;
});

Deno.bench("decode a job: derived", decodingJob, () => {
  const { value } = NewExtendedMiningJob.decode(jobBytes);
  sum += value.jobId + value.coinbaseTxSuffix.length;
});

Deno.bench("decode a job: JSON of Stratum V1", decodingJob, () => {
  const { params } = JSON.parse(jobLine);
  const path = params[4].map((hex: string) => Uint8Array.fromHex(hex));
  sum += path.length + Uint8Array.fromHex(params[2]).length + Uint8Array.fromHex(params[3]).length;
});

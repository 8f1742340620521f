import { SeenConnection, SeenSession } from "../../tests/support/seen_session.ts";
import { ringOf } from "../../tests/support/seen_stream.ts";
import type { StreamEvent } from "../capture/capture.ts";
import { encodeFrame } from "../frame/encode.ts";
import { NewExtendedMiningJob, SubmitSharesExtended } from "../messages/mining.ts";
import { FrameOpener } from "../noise/transport.ts";
import { Entries } from "./entries.ts";
import type { Entry } from "./entry.ts";
import { parseFilter } from "./filter/filter.ts";
import { formatFields } from "./show/fields.ts";
import { formatJson } from "./show/json.ts";
import { formatLine } from "./show/line.ts";

const SHARES = 10_000;
const JOBS = 100;

const session = new SeenSession();
const keyLog = session.keyLog;
const wire = new SeenConnection();
const handshake = wire.handshake(session);
const shares = Array.from({ length: SHARES }, (_, i) =>
  session.seal(
    "up",
    encodeFrame(SubmitSharesExtended, {
      channelId: 1,
      sequenceNumber: i,
      jobId: 3,
      nonce: i,
      ntime: 1_764_000_000,
      version: 0x20000000,
      extranonce: new Uint8Array(8).fill(i),
    }),
  ));
const jobs = Array.from({ length: JOBS }, (_, i) =>
  session.seal(
    "down",
    encodeFrame(NewExtendedMiningJob, {
      channelId: 1,
      jobId: i,
      minNtime: null,
      version: 1,
      versionRollingAllowed: true,
      merklePath: Array.from({ length: 12 }, () => new Uint8Array(32)),
      coinbaseTxPrefix: new Uint8Array(60_000),
      coinbaseTxSuffix: new Uint8Array(40_000),
    }),
  ));
const sealedShares = shares.reduce((size, { length }) => size + length, 0);
const sealedJobs = jobs.reduce((size, { length }) => size + length, 0);
const shareEvents = shares.map((bytes) => wire.data("up", bytes));
const jobEvents = jobs.flatMap((bytes) =>
  Array.from(
    { length: Math.ceil(bytes.length / 1_448) },
    (_, i) => wire.data("down", bytes.subarray(i * 1_448, (i + 1) * 1_448)),
  )
);

function read(events: readonly StreamEvent[], deliver: (entry: Entry) => void): void {
  const entries = new Entries(ringOf(keyLog), deliver);
  for (const event of [...handshake, ...events]) entries.take(event);
  entries.end();
}

const group = `${SHARES} shares, one a segment, ${sealedShares} bytes`;
Deno.bench("decrypted, not decoded: FrameOpener", { group, baseline: true }, () => {
  let count = 0;
  const opener = new FrameOpener(session.split.sendKey);
  for (const bytes of shares) opener.push(bytes, () => count++);
  if (count !== SHARES) throw new Error("not all frames came");
});
Deno.bench("entries", { group }, () => read(shareEvents, () => {}));
const isWanted = parseFilter("channel == 7 && type in (SubmitShares*, SetTarget)");
Deno.bench("entries, filtered", { group }, () => read(shareEvents, (entry) => isWanted(entry)));
Deno.bench("entries as lines", { group }, () => read(shareEvents, (entry) => formatLine(entry)));
Deno.bench("entries as JSON", { group }, () => read(shareEvents, (entry) => formatJson(entry)));
Deno.bench(
  "entries with fields",
  { group },
  () => read(shareEvents, (entry) => formatFields(entry)),
);

const long = `${JOBS} jobs of 100 kB in segments of 1448, ${sealedJobs} bytes`;
Deno.bench("decrypted, not decoded: FrameOpener ", { group: long, baseline: true }, () => {
  let count = 0;
  const opener = new FrameOpener(session.split.receiveKey);
  for (const event of jobEvents) if (event.type === "data") opener.push(event.bytes, () => count++);
  if (count !== JOBS) throw new Error("not all frames came");
});
Deno.bench("entries ", { group: long }, () => read(jobEvents, () => {}));

/**
 * The captures that tests/specs/inspect/ has, made anew: `deno run -A tests/support/captured_story.ts`.
 * What is said in them is made up, but how it is sealed and written is not: handshakes, keys, frames and
 * packets are those of lib/noise and lib/capture.
 *
 * @module
 */

import type { Direction, StreamEvent } from "../../lib/capture/capture.ts";
import { CaptureWriter } from "../../lib/capture/capture_writer.ts";
import { SV2_KEY_LOG } from "../../lib/capture/secrets.ts";
import type { Fields, Message, Values } from "../../lib/codec/message.ts";
import type { Tlv } from "../../lib/codec/tlv.ts";
import { encodeFrame } from "../../lib/frame/encode.ts";
import { SetupConnection, SetupConnectionSuccess } from "../../lib/messages/common.ts";
import { userIdentityTlv } from "../../lib/messages/extensions.ts";
import {
  NewExtendedMiningJob,
  OpenExtendedMiningChannel,
  OpenExtendedMiningChannelSuccess,
  SetNewPrevHash,
  SetTarget,
  SubmitSharesError,
  SubmitSharesExtended,
  SubmitSharesSuccess,
} from "../../lib/messages/mining.ts";
import { targetOfDifficulty } from "../../lib/pow/target.ts";
import { SeenConnection, SeenSession } from "./seen_session.ts";

const encoder = new TextEncoder();

/** Files by name. */
export function storyFiles(): Record<string, Uint8Array> {
  const session = new SeenSession();
  const keyLog = encoder.encode(session.keyLog);
  const sealed = poolStory(session);
  return {
    "pool.pcapng": captured(sealed),
    "pool.keys": keyLog,
    "with_keys.pcapng": captured(sealed, keyLog),
    "lossy.pcapng": captured(withGap(poolStory(new SeenSession()))),
    "others.pcapng": captured(others()),
  };
}

/** A miner at a pool: its first job, a share that counts, one that does not, and what nobody defined. */
function poolStory(session: SeenSession): StreamEvent[] {
  const wire = new SeenConnection();
  const events = wire.handshake(session);
  const say = (direction: Direction, ...frames: Uint8Array[]) =>
    events.push(...frames.map((frame) => wire.data(direction, session.seal(direction, frame))));
  const share = (
    sequenceNumber: number,
    nonce: number,
  ): Values<typeof SubmitSharesExtended.fields> => ({
    channelId: 7,
    sequenceNumber,
    jobId: 1,
    nonce,
    ntime: 1_764_000_003,
    version: 0x20000000,
    extranonce: Uint8Array.fromHex("00000000000000a1"),
  });
  say(
    "up",
    framed(SetupConnection, {
      protocol: 0,
      minVersion: 2,
      maxVersion: 2,
      flags: 4,
      endpointHost: "pool.example",
      endpointPort: 3333,
      vendor: "Maker",
      hardwareVersion: "M1",
      firmware: "1.0 \u001b[31mred",
      deviceId: "serial-12345",
    }),
  );
  say("down", framed(SetupConnectionSuccess, { usedVersion: 2, flags: 2 }));
  say(
    "up",
    framed(OpenExtendedMiningChannel, {
      requestId: 1,
      userIdentity: "alice.garage",
      nominalHashRate: 1.2e14,
      maxTarget: (1n << 256n) - 1n,
      minExtranonceSize: 8,
    }),
  );
  say(
    "down",
    framed(OpenExtendedMiningChannelSuccess, {
      requestId: 1,
      channelId: 7,
      target: targetOfDifficulty(65_536),
      extranonceSize: 8,
      extranoncePrefix: Uint8Array.fromHex("0000abcd"),
      groupChannelId: 1,
    }),
    framed(NewExtendedMiningJob, {
      channelId: 7,
      jobId: 1,
      minNtime: null,
      version: 0x20000000,
      versionRollingAllowed: true,
      merklePath: [new Uint8Array(32).fill(3), new Uint8Array(32).fill(4)],
      coinbaseTxPrefix: new Uint8Array(60).fill(5),
      coinbaseTxSuffix: new Uint8Array(80).fill(6),
    }),
    framed(SetNewPrevHash, {
      channelId: 7,
      jobId: 1,
      prevHash: Uint8Array.from({ length: 32 }, (_, i) => i < 24 ? 255 - i : 0),
      minNtime: 1_764_000_000,
      nbits: 0x1703ffff,
    }),
  );
  say("up", framed(SubmitSharesExtended, share(0, 0x1234), [userIdentityTlv("rig-7")]));
  say(
    "down",
    framed(SubmitSharesSuccess, {
      channelId: 7,
      lastSequenceNumber: 0,
      newSubmitsAcceptedCount: 1,
      newSharesSum: 65_536n,
    }),
    framed(SetTarget, { channelId: 7, maximumTarget: targetOfDifficulty(131_072) }),
  );
  say("up", framed(SubmitSharesExtended, share(1, 0x5678)));
  say(
    "down",
    framed(SubmitSharesError, { channelId: 7, sequenceNumber: 1, errorCode: "difficulty-too-low" }),
    Uint8Array.fromHex("344200040000deadbeef"),
    Uint8Array.fromHex("0080210800000700000001020304"),
  );
  return [...events, wire.close()];
}

/** The same without the segment of the job. */
function withGap(events: readonly StreamEvent[]): StreamEvent[] {
  const downs = events.filter((event) => event.type === "data" && event.direction === "down");
  const job = downs[3];
  return events.map((event) =>
    event === job && event.type === "data"
      ? { ...event, type: "gap", bytes: event.bytes.length }
      : event
  );
}

/** Stratum V1, something else, and a server that does not answer. */
function others(): StreamEvent[] {
  const [sv1, http, mute] = [2, 3, 4].map((id) =>
    new SeenConnection(id, true, 1_764_000_100_000_000)
  );
  if (sv1 === undefined || http === undefined || mute === undefined) return [];
  const line = (direction: Direction, text: string) =>
    sv1.data(direction, encoder.encode(`${text}\n`));
  return [
    sv1.open(),
    http.open(),
    mute.open(),
    line("up", '{"id":1,"method":"mining.subscribe","params":["miner/1.0"]}'),
    line("down", '{"id":1,"result":[[["mining.notify","ae6812eb"]],"08000002",4],"error":null}'),
    line("up", '{"id":2,"method":"mining.authorize","params":["bob.rig\\u001b[2J","x"]}'),
    line("down", '{"id":2,"result":null,"error":[24,"Unauthorized worker",null]}'),
    line("up", "\u001b[31mnot json"),
    http.data("up", encoder.encode("GET / HTTP/1.1\r\nHost: pool.example\r\n\r\n")),
    mute.data("up", new SeenSession().act1),
    http.close(),
    mute.close("rst"),
  ].sort((a, b) => a.time - b.time);
}

function framed<F extends Fields>(
  message: Message<F>,
  value: Values<F>,
  tlvs?: readonly Tlv[],
): Uint8Array {
  return encodeFrame(message, value, tlvs);
}

function captured(events: readonly StreamEvent[], keyLog?: Uint8Array): Uint8Array {
  const writer = new CaptureWriter();
  const parts = [writer.begin("headframe")];
  if (keyLog !== undefined) parts.push(writer.secrets(SV2_KEY_LOG, keyLog));
  parts.push(...events.map((event) => writer.event(event)));
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** The folders that have them. */
export const CASES = new URL("../specs/inspect/", import.meta.url);

if (import.meta.main) {
  const files = storyFiles();
  for await (const { name } of Deno.readDir(CASES)) {
    const folder = new URL(`${name}/`, CASES);
    for await (const { name } of Deno.readDir(folder)) {
      const bytes = files[name];
      if (bytes !== undefined) await Deno.writeFile(new URL(name, folder), bytes);
    }
  }
}

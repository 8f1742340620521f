import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { encodeFrame } from "../../../lib/frame/encode.ts";
import { SetTarget, SubmitSharesExtended } from "../../../lib/messages/mining.ts";
import { joined, pcap } from "../../support/packets.ts";
import type { Row } from "../support/row.ts";
import { checkShown } from "../wireshark/expected.ts";
import {
  badFrames,
  cutCapture,
  goodFrames,
  plainCapture,
  setupFrame,
  shortPackets,
  streamCapture,
} from "../wireshark/frames.ts";
import { Tshark } from "../wireshark/tshark.ts";

/** Frames larger than this are not cut into small pieces: it would be the same again, for minutes. */
const LARGEST_CUT = 5_000;

/** Everything there can be in a frame, as the dissector that we print shows it. */
export const wiresharkReadsFrames: Row = {
  pairing: "our inspect wireshark → Debian's tshark: every message",
  shows: "every field at its place with its value; unknown, damaged and cut frames; no Lua error",
  async run() {
    await using tshark = await Tshark.open();
    const seed = Date.now() % 1e9;
    const good = await checkFrames(tshark, "good", goodFrames(seed), plainCapture);
    const bad = await checkFrames(tshark, "bad", badFrames(seed), plainCapture);
    const small = [...goodFrames(seed + 1), ...badFrames(seed + 1)]
      .filter(({ length }) => length < LARGEST_CUT);
    const cut = await checkFrames(tshark, "cut", small, (frames) => cutCapture(frames, 300));
    await checkFilters(tshark);
    await checkGuesses(tshark);
    await checkWithoutBytes(tshark, seed);
    return `${good} frames, ${bad} damaged or unknown, ${cut} in pieces of a stream, seed ${seed}`;
  },
};

async function checkFrames(
  tshark: Tshark,
  name: string,
  frames: readonly Uint8Array[],
  capture: (frames: readonly Uint8Array[]) => Uint8Array,
): Promise<number> {
  const all = [setupFrame(), ...frames];
  const shown = await tshark.frames(await tshark.file(`${name}.pcapng`, capture(all)));
  strictEqual(shown.length, all.length);
  shown.forEach((each, i) => checkShown(each, all[i] ?? new Uint8Array()));
  return frames.length;
}

const share = {
  channelId: 7,
  sequenceNumber: 1,
  jobId: 2,
  nonce: 0xdead_beef,
  ntime: 1_764_000_000,
  version: 0x2000_0000,
  extranonce: new Uint8Array(8).fill(0xa1),
};

/** The names that people filter by, and what the list of packets says. */
async function checkFilters(tshark: Tshark): Promise<void> {
  const shares = joined(
    encodeFrame(SubmitSharesExtended, share),
    encodeFrame(SubmitSharesExtended, { ...share, channelId: 8, nonce: 1 }),
  );
  const target = encodeFrame(SetTarget, { channelId: 7, maximumTarget: 0xffffn << 200n });
  const path = await tshark.file("filters.pcapng", streamCapture([setupFrame(), shares, target]));
  // The first three packets are the connection's beginning.
  const [SETUP, SHARES, TARGET] = [4, 5, 6];
  const wanted: readonly (readonly [string, readonly number[]])[] = [
    ["sv2", [SETUP, SHARES, TARGET]],
    ["sv2.channel_id == 7", [SHARES, TARGET]],
    ["sv2.channel_id == 8", [SHARES]],
    ["sv2.submit_shares_extended.nonce == 0xdeadbeef", [SHARES]],
    ["sv2.nonce == 2", []],
    ["sv2.set_target", [TARGET]],
    ['sv2.message contains "Submit"', [SHARES]],
    ["sv2.extranonce == a1:a1:a1:a1:a1:a1:a1:a1", [SHARES]],
    [`sv2.maximum_target > 00:00:00:00:00:01${":00".repeat(26)}`, [TARGET]],
    [`sv2.maximum_target > 00:00:00:00:01${":00".repeat(27)}`, []],
    ["sv2.setup_connection.vendor == v && sv2.flags == 5", [SETUP]],
    ["sv2.malformed", []],
  ];
  for (const [filter, packets] of wanted) {
    deepStrictEqual(await tshark.packets(path, filter), packets, filter);
  }
  const list = await tshark.print(path, ["-Y", "sv2"]);
  ok(/ SV2 \d+ SubmitSharesExtended ch 7; SubmitSharesExtended ch 8$/m.test(list), list);
  ok(/ SV2 \d+ SetTarget ch 7$/m.test(list), list);
}

/** What is ours is found by itself, whatever the port; the rest only where one says so. */
async function checkGuesses(tshark: Tshark): Promise<void> {
  const encoder = new TextEncoder();
  const others = [
    encoder.encode('{"id":1,"method":"mining.subscribe","params":[]}\n'),
    encoder.encode("GET / HTTP/1.1\r\n\r\n"),
    new Uint8Array(64),
    new Uint8Array(234).fill(0x80),
  ];
  for (const [i, other] of others.entries()) {
    const path = await tshark.file(`other${i}.pcapng`, streamCapture([other, other]));
    deepStrictEqual(await tshark.packets(path, "sv2"), []);
  }
  const unknown = Uint8Array.fromHex("344200040000deadbeef");
  const middle = await tshark.file("middle.pcapng", streamCapture([unknown, unknown]));
  strictEqual((await tshark.frames(middle)).length, 0);
  strictEqual((await tshark.frames(middle, ["-d", "tcp.port==3333,sv2"])).length, 2);
  strictEqual((await tshark.frames(middle, ["-o", "sv2.ports:3000-4000"])).length, 2);
}

/** Captures that lack bytes, and streams in which nothing is where it should be: no Lua error. */
async function checkWithoutBytes(tshark: Tshark, seed: number): Promise<void> {
  const frames = [...goodFrames(seed + 2), ...badFrames(seed + 2)]
    .filter(({ length }) => length < LARGEST_CUT);
  const packets = shortPackets([setupFrame(), ...frames]);
  const short = await tshark.file("short.pcap", pcap(packets));
  const shown = await tshark.frames(short);
  ok(shown.length > frames.length / 2, `${shown.length}`);
  ok(shown.some(({ fields }) => fields.some(({ name }) => name === "sv2.cut")));
  const stream = joined(setupFrame(), ...frames);
  for (let round = 0; round < 10; round++) {
    const damaged = stream.slice();
    for (let at = setupFrame().length + round; at < damaged.length; at += 97 + round) {
      damaged[at] = (damaged[at] ?? 0) + 1 + at % 255;
    }
    const path = await tshark.file("damaged.pcapng", cutCapture([setupFrame(), damaged], 1_400));
    ok((await tshark.frames(path)).length > 0);
  }
}

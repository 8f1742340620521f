import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Bench } from "../support/headframe.ts";
import type { Row } from "../support/row.ts";
import { checkShown } from "../wireshark/expected.ts";
import { inspect, Tshark } from "../wireshark/tshark.ts";

/** Of Debian's package of tshark, which depends on it. */
const DUMPCAP = "/usr/bin/dumpcap";
/** What has to be seen, whatever else is. */
const WANTED = [
  "SetupConnection",
  "OpenStandardMiningChannel.Success",
  "OpenExtendedMiningChannel.Success",
  "NewExtendedMiningJob",
  "SubmitSharesStandard",
  "SubmitSharesExtended",
  "SubmitShares.Success",
  "NewTemplate",
];

/** A line of `inspect --json`, as far as it is looked at. */
interface Seen {
  readonly kind: string;
  readonly name: string | null;
  readonly client: string;
  readonly raw?: string;
  readonly error?: unknown;
}

/** Sessions of SRI's device and of ours, captured on their way and decrypted with our pool's keys. */
export const wiresharkReadsTraffic: Row = {
  pairing: "SRI mining_device, our mine → our pool → our tp, captured → inspect --plain → tshark",
  shows: "Wireshark has every message that inspect shows, field by field, in the clear",
  async run({ bin }) {
    await using tshark = await Tshark.open();
    const [capture, keys] = [`${tshark.directory}/seen.pcapng`, `${tshark.directory}/keys`];
    await record(bin, capture, keys);
    const seen = (await inspect([capture, "--keylog", keys, "--json"])).trim().split("\n")
      .map((line): Seen => JSON.parse(line));
    const frames = seen.filter(({ kind }) => kind === "sv2");
    const names = new Set(frames.map(({ name }) => name));
    deepStrictEqual(WANTED.filter((name) => !names.has(name)), []);
    ok(frames.every(({ error, name }) => error === null && name !== null));

    const plain = `${tshark.directory}/plain.pcapng`;
    await inspect([capture, "--keylog", keys, "--plain", plain]);
    const shown = await tshark.frames(plain);
    strictEqual(shown.length, frames.length);
    shown.forEach((each, i) => checkShown(each, Uint8Array.fromHex(frames[i]?.raw ?? "")));
    deepStrictEqual(await tshark.packets(plain, "sv2.malformed || sv2.unknown || sv2.cut"), []);

    const again = (await inspect([plain, "--json"])).trim().split("\n")
      .map((line): Seen => JSON.parse(line)).filter(({ kind }) => kind === "sv2");
    deepStrictEqual(again.map(({ raw }) => raw), frames.map(({ raw }) => raw));
    const connections = new Set(frames.map(({ client }) => client)).size;
    return `${frames.length} messages of ${connections} connections, of ${names.size} types`;
  },
};

/** Lets them mine for a while, with dumpcap on the wire. */
async function record(bin: string, capture: string, keys: string): Promise<void> {
  await using bench = new Bench();
  const { port: templates } = await bench.tp(8);
  const dumpcap = bench.start("dumpcap", DUMPCAP, ["-q", "-i", "lo", "-f", "tcp", "-w", capture]);
  await dumpcap.sees(/File: /);
  const env = { HEADFRAME_KEYLOG: keys };
  const { pool, port } = await bench.pool(templates, "supported_extensions = [2]", { env });
  const device = bench.device(bin, port);
  await device.sees(/Received SubmitSharesSuccess/, 60_000);
  const mine = bench.mine(port, ["--worker", "rig-7"]);
  await mine.sees(/[1-9]\d* accepted/, 90_000);
  await pool.sees(/"block\.found"/, 150_000);
  await device.seesTimes(
    /Received SubmitSharesSuccess/g,
    device.count(/Received SubmitSharesSuccess/g) + 1,
    60_000,
  );
  await mine.stop();
  await device.stop();
  await dumpcap.stop();
}

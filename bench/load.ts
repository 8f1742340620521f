/**
 * A load on a pool that somebody else started: many miners that hash nothing. They open channels whose
 * target every hash meets and keep a window of shares under way, so what is measured is the pool.
 *
 * ```sh
 * deno run -A bench/load.ts --address 127.0.0.1:3333 --key KEY --pid PID --connections 100 --seconds 10
 * ```
 *
 * Prints one line of JSON. Shares a processor second are of the process `--pid`, read from the kernel.
 *
 * @module
 */

import { parseArgs } from "node:util";
import type { Frame } from "../lib/frame/frame.ts";
import { encodeFrame } from "../lib/frame/encode.ts";
import { denoClock, denoRandom } from "../lib/host/deno.ts";
import { connect } from "../lib/host/tcp.ts";
import {
  NewExtendedMiningJob,
  NewMiningJob,
  OpenExtendedMiningChannel,
  OpenExtendedMiningChannelSuccess,
  OpenMiningChannelError,
  OpenStandardMiningChannel,
  OpenStandardMiningChannelSuccess,
  SetNewPrevHash,
  SubmitSharesError,
  SubmitSharesExtended,
  SubmitSharesStandard,
  SubmitSharesSuccess,
} from "../lib/messages/mining.ts";
import { generateEphemeral } from "../lib/noise/crypto.ts";
import { Initiator } from "../lib/noise/handshake.ts";
import { parseAuthorityKey } from "../lib/noise/keys.ts";
import { ClientGreeter } from "../lib/session/client_greeter.ts";
import { drive, Turns } from "../lib/session/drive.ts";
import { CLIENT_LIMITS } from "../lib/session/limits.ts";
import type { Peer, Role } from "../lib/session/role.ts";
import { routesOf } from "../lib/session/routes.ts";
import type { Log } from "../lib/telemetry/log.ts";
import { processorSeconds, residentBytes } from "./process_figures.ts";

const { values: args } = parseArgs({
  options: {
    address: { type: "string", default: "127.0.0.1:3333" },
    key: { type: "string", default: "" },
    pid: { type: "string" },
    kind: { type: "string", default: "extended" },
    connections: { type: "string", default: "100" },
    window: { type: "string", default: "32" },
    warmup: { type: "string", default: "3" },
    seconds: { type: "string", default: "10" },
  },
});

const silent: Log = {
  debug() {},
  info() {},
  warn: (event, fields) => void Deno.stderr.writeSync(line(event, fields)),
  error: (event, fields) => void Deno.stderr.writeSync(line(event, fields)),
  with: () => silent,
};

function line(event: string, fields: unknown): Uint8Array {
  return new TextEncoder().encode(`${event} ${JSON.stringify(fields)}\n`);
}

/** All miners of this process; they share their counts. */
class Miners implements Role {
  accepted = 0;
  rejected = new Map<string, number>();
  open = 0;
  lost = 0;
  readonly #standard: boolean;
  readonly #window: number;
  readonly #byPeer = new Map<Peer, Miner>();

  constructor(options: { standard: boolean; window: number }) {
    this.#standard = options.standard;
    this.#window = options.window;
  }

  connected(peer: Peer): void {
    this.#byPeer.set(peer, new Miner());
    const open = {
      requestId: 1,
      userIdentity: "load",
      nominalHashRate: 0.001,
      maxTarget: (1n << 256n) - 1n,
    };
    if (this.#standard) peer.send(OpenStandardMiningChannel, open);
    else peer.send(OpenExtendedMiningChannel, { ...open, minExtranonceSize: 4 });
  }

  received(peer: Peer, { msgType, payload }: Frame): void {
    const miner = this.#byPeer.get(peer);
    if (miner === undefined) return;
    switch (msgType) {
      case SubmitSharesSuccess.id: {
        const { newSubmitsAcceptedCount } = SubmitSharesSuccess.decode(payload).value;
        this.accepted += newSubmitsAcceptedCount;
        miner.underWay -= newSubmitsAcceptedCount;
        break;
      }
      case SubmitSharesError.id: {
        const { errorCode } = SubmitSharesError.decode(payload).value;
        this.rejected.set(errorCode, (this.rejected.get(errorCode) ?? 0) + 1);
        miner.underWay--;
        break;
      }
      case OpenExtendedMiningChannelSuccess.id: {
        const { channelId, extranonceSize } =
          OpenExtendedMiningChannelSuccess.decode(payload).value;
        miner.channelId = channelId;
        miner.extranonce = new Uint8Array(extranonceSize);
        this.open++;
        break;
      }
      case OpenStandardMiningChannelSuccess.id:
        miner.channelId = OpenStandardMiningChannelSuccess.decode(payload).value.channelId;
        this.open++;
        break;
      case OpenMiningChannelError.id:
        silent.error("refused", OpenMiningChannelError.decode(payload).value);
        break;
      case NewExtendedMiningJob.id: {
        const { jobId, minNtime, version } = NewExtendedMiningJob.decode(payload).value;
        miner.job(jobId, minNtime, version);
        break;
      }
      case NewMiningJob.id: {
        const { jobId, minNtime, version } = NewMiningJob.decode(payload).value;
        miner.job(jobId, minNtime, version);
        break;
      }
      case SetNewPrevHash.id: {
        const { jobId, minNtime } = SetNewPrevHash.decode(payload).value;
        miner.activate(jobId, minNtime);
        break;
      }
    }
  }

  settled(peer: Peer): void {
    const miner = this.#byPeer.get(peer);
    if (miner?.active === undefined) return;
    for (; miner.underWay < this.#window; miner.underWay++) {
      peer.sendFrame(this.#standard ? miner.standardShare() : miner.extendedShare());
    }
  }

  disconnected(peer: Peer, reason: string): void {
    this.#byPeer.delete(peer);
    this.lost++;
    silent.warn("lost", { reason });
  }

  tick(): void {}
}

/** One channel: its jobs, and how many of its shares wait for an answer. */
class Miner {
  channelId = 0;
  extranonce = new Uint8Array(0);
  underWay = 0;
  active: { readonly jobId: number; readonly ntime: number; readonly version: number } | undefined;
  readonly #future = new Map<number, number>();
  #sequence = 0;
  #template: Uint8Array | undefined;

  job(jobId: number, minNtime: number | null, version: number): void {
    if (minNtime === null) this.#future.set(jobId, version);
    else this.#use(jobId, minNtime, version);
  }

  activate(jobId: number, minNtime: number): void {
    const version = this.#future.get(jobId);
    this.#future.clear();
    if (version !== undefined) this.#use(jobId, minNtime, version);
  }

  #use(jobId: number, ntime: number, version: number): void {
    this.active = { jobId, ntime, version };
    this.#template = undefined;
  }

  extendedShare(): Uint8Array {
    const frame = this.#share(() =>
      encodeFrame(SubmitSharesExtended, {
        ...this.#fields(),
        extranonce: this.extranonce,
      })
    );
    // Sequence number and extranonce are what differs, at the ends of the frame.
    const view = new DataView(frame.buffer, frame.byteOffset);
    view.setUint32(10, this.#sequence, true);
    view.setUint32(frame.length - 4, this.#sequence, true);
    return frame;
  }

  standardShare(): Uint8Array {
    const frame = this.#share(() => encodeFrame(SubmitSharesStandard, this.#fields()));
    const view = new DataView(frame.buffer, frame.byteOffset);
    view.setUint32(10, this.#sequence, true);
    view.setUint32(18, this.#sequence, true);
    return frame;
  }

  #share(make: () => Uint8Array): Uint8Array {
    this.#sequence++;
    return (this.#template ??= make()).slice();
  }

  #fields() {
    const { jobId = 0, ntime = 0, version = 0 } = this.active ?? {};
    return { channelId: this.channelId, sequenceNumber: 0, jobId, nonce: 0, ntime, version };
  }
}

async function main(): Promise<void> {
  const count = Number(args.connections);
  const miners = new Miners({
    standard: args.kind === "standard",
    window: Number(args.window),
  });
  const colon = args.address.lastIndexOf(":");
  const to = {
    hostname: args.address.slice(0, colon),
    port: Number(args.address.slice(colon + 1)),
  };
  const key = args.key === "" ? undefined : parseAuthorityKey(args.key);
  const turns = new Turns(denoClock);
  const rssBefore = residentOf(args.pid);
  const all = [];
  for (let id = 1; id <= count; id++) {
    const driven = drive(await connect(to, 5_000), denoClock, {
      id,
      greeter: new ClientGreeter({
        initiator: new Initiator({
          ...(key && { authorityKey: key }),
          ephemeral: generateEphemeral(denoRandom),
          unix: denoClock.unix(),
        }),
        setup: {
          protocol: 0,
          minVersion: 2,
          maxVersion: 2,
          flags: args.kind === "standard" ? 1 : 0,
          endpointHost: to.hostname,
          endpointPort: to.port,
          vendor: "Headframe",
          hardwareVersion: "load",
          firmware: "",
          deviceId: "",
        },
        extensions: [],
        onReconnect: () => {},
      }),
      role: miners,
      routes: routesOf(0, "client"),
      limits: CLIENT_LIMITS,
      log: silent,
      onSecrets: undefined,
    }, turns.next);
    all.push(driven);
    // A few handshakes at a time: this measures shares, not a burst of connections.
    while (miners.open < id - 8) await denoClock.sleep(1);
  }
  const deadline = denoClock.now() + 30_000;
  while (miners.open < count && denoClock.now() < deadline) await denoClock.sleep(10);

  await denoClock.sleep(Number(args.warmup) * 1_000);
  const before = figures(miners);
  await denoClock.sleep(Number(args.seconds) * 1_000);
  const after = figures(miners);
  const accepted = after.accepted - before.accepted;
  const cpu = after.cpu - before.cpu;
  const seconds = (after.now - before.now) / 1_000;
  const rss = residentOf(args.pid);
  const report = {
    kind: args.kind,
    connections: miners.open,
    window: Number(args.window),
    seconds,
    accepted,
    perSecond: Math.round(accepted / seconds),
    ...(args.pid && {
      poolProcessorSeconds: cpu,
      perProcessorSecond: Math.round(accepted / cpu),
      poolKiBPerConnection: Math.round((rss - rssBefore) / 1024 / count * 10) / 10,
    }),
    rejected: Object.fromEntries(miners.rejected),
    lost: miners.lost,
  };
  await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify(report)}\n`));
  Deno.exit(0);
}

function figures(miners: Miners): { accepted: number; cpu: number; now: number } {
  const cpu = args.pid === undefined ? 0 : processorSeconds(Number(args.pid));
  return { accepted: miners.accepted, cpu, now: denoClock.now() };
}

function residentOf(pid: string | undefined): number {
  return pid === undefined ? 0 : residentBytes(Number(pid));
}

await main();

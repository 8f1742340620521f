import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import type { Frame } from "../lib/frame/frame.ts";
import { SetupConnection } from "../lib/messages/common.ts";
import { OpenMiningChannelError, OpenStandardMiningChannel } from "../lib/messages/mining.ts";
import { NewMiningJob, OpenStandardMiningChannelSuccess } from "../lib/messages/mining.ts";
import { SetNewPrevHash as NewTip } from "../lib/messages/mining.ts";
import {
  CoinbaseOutputConstraints,
  NewTemplate,
  SetNewPrevHash,
} from "../lib/messages/template.ts";
import { type IdentityOptions, issueIdentity } from "../lib/noise/certificate.ts";
import { publicKeyOf } from "../lib/noise/crypto.ts";
import type { Socket } from "../lib/ports.ts";
import type { PingConfig } from "../lib/roles/ping/config.ts";
import { ping } from "../lib/roles/ping/ping.ts";
import type { PingReport } from "../lib/roles/ping/report.ts";
import { MINING_LIMITS } from "../lib/session/limits.ts";
import type { Peer, Role } from "../lib/session/role.ts";
import { serve } from "../lib/session/serve.ts";
import type { SetupPolicy } from "../lib/session/setup.ts";
import { FakeHost, FakeNetwork } from "./support/fake_host.ts";
import { RecordingRole } from "./support/stage.ts";
import { TestPool } from "./support/test_pool.ts";

const AUTHORITY = new Uint8Array(32).fill(7);
const AT = { hostname: "pool.example", port: 3333 };
const CONFIG: PingConfig = {
  ...AT,
  authorityKey: publicKeyOf(AUTHORITY),
  protocol: "mining",
  userIdentity: "someone",
  channel: "extended",
  timeoutMs: 5_000,
};

interface ServerChange {
  readonly identity?: Partial<IdentityOptions>;
  readonly policy?: Partial<SetupPolicy>;
}

/** One server, one who pings it. */
class World {
  readonly network = new FakeNetwork();
  readonly host = new FakeHost(this.network);
  readonly #serverHost = new FakeHost(this.network, 9);

  constructor() {
    Object.assign(this.#serverHost, { clock: this.host.clock });
  }

  serve(role: Role & { tick(): void }, { identity, policy }: ServerChange = {}): void {
    const unix = this.host.clock.unix();
    const issued = issueIdentity({
      authoritySecret: AUTHORITY,
      staticSecret: new Uint8Array(32).fill(9),
      validFrom: unix - 60,
      notValidAfter: unix + 3_600,
      ...identity,
    });
    serve({
      host: this.#serverHost,
      log: this.#serverHost.log,
      role,
      listen: AT,
      identity: () => issued,
      policy: {
        protocol: 0,
        versions: [2, 2],
        flags: 0b101,
        extensions: [],
        requiredExtensions: [],
        ...policy,
      },
      limits: MINING_LIMITS,
    });
  }

  /** A server of another kind: gets what comes, does what it is told. */
  async strange(answer: (socket: Socket) => Promise<void>): Promise<void> {
    const listener = this.network.listen(AT);
    for await (const socket of listener) await answer(socket);
  }

  async ping(change: Partial<PingConfig> = {}): Promise<PingReport> {
    const running = ping({ ...CONFIG, ...change }, this.host);
    await this.host.clock.advance(60_000);
    return await running;
  }
}

function steps(report: PingReport): string[] {
  return report.steps.map(({ step, ok }) => ok ? step : `${step} failed`);
}

function failure(report: PingReport): string {
  strictEqual(report.ok, false);
  return report.steps.at(-1)?.detail ?? "";
}

Deno.test("ping() goes all the way to the first job, and says what it found", async () => {
  const world = new World();
  world.network.chunk = 11;
  const pool = new TestPool(1n << 240n);
  world.serve(pool);
  const report = await world.ping();
  strictEqual(report.ok, true);
  deepStrictEqual(steps(report), [
    "connect",
    "handshake",
    "certificate",
    "setup",
    "channel",
    "job",
  ]);
  const [, , certificate, setup, channel, job] = report.steps.map(({ detail }) => detail);
  match(certificate ?? "", /signed by the authority key, valid until 2023-.*Z, 60 min from now/);
  strictEqual(setup, "version 2, no flags");
  match(channel ?? "", /^extended channel 2 at difficulty .*, extranonce c0ffee01 and 8 bytes/);
  match(job ?? "", /^job 1 on block (01){32}, network difficulty 1$/);
  deepStrictEqual(pool.opened[0]?.userIdentity, "someone");
  deepStrictEqual(pool.closed, ["ping is done"]);
});

Deno.test("ping() works with standard channels, for a job that was sent before its block", async () => {
  const world = new World();
  const role = new RecordingRole();
  role.onReceived = (peer: Peer, { msgType }: Frame) => {
    if (msgType !== OpenStandardMiningChannel.id) return;
    peer.send(OpenStandardMiningChannelSuccess, {
      requestId: 1,
      channelId: 7,
      target: 1n << 220n,
      extranoncePrefix: new Uint8Array(3),
      groupChannelId: 1,
    });
    const merkleRoot = new Uint8Array(32);
    peer.send(NewMiningJob, { channelId: 8, jobId: 5, minNtime: null, version: 2, merkleRoot });
    peer.send(NewMiningJob, { channelId: 7, jobId: 4, minNtime: null, version: 2, merkleRoot });
    for (const jobId of [5, 4]) {
      peer.send(NewTip, {
        channelId: 7,
        jobId,
        prevHash: merkleRoot,
        minNtime: 9,
        nbits: 0x1d00_ffff,
      });
    }
  };
  world.serve(role);
  const report = await world.ping({ channel: "standard" });
  match(report.steps.at(-1)?.detail ?? "", /^job 4 on block/);
  match(
    report.steps.at(-2)?.detail ?? "",
    /^standard channel 7 at difficulty \d+, extranonce 000000$/,
  );
});

Deno.test("ping() asks a template provider for a template", async () => {
  const world = new World();
  const role = new RecordingRole();
  role.onReceived = (peer: Peer, { msgType }: Frame) => {
    if (msgType !== CoinbaseOutputConstraints.id) return;
    peer.send(NewTemplate, {
      templateId: 3n,
      futureTemplate: true,
      version: 0x2000_0000,
      coinbaseTxVersion: 2,
      coinbasePrefix: new Uint8Array(4),
      coinbaseTxInputSequence: 0,
      coinbaseTxValueRemaining: 5_000_000_123n,
      coinbaseTxOutputsCount: 0,
      coinbaseTxOutputs: new Uint8Array(),
      coinbaseTxLocktime: 0,
      merklePath: [],
    });
    peer.send(SetNewPrevHash, {
      templateId: 3n,
      prevHash: new Uint8Array(32).fill(2),
      headerTimestamp: 9,
      nBits: 0x1d00_ffff,
      target: 1n,
    });
  };
  world.serve(role, { policy: { protocol: 2 } });
  const report = await world.ping({ protocol: "template" });
  deepStrictEqual(steps(report), ["connect", "handshake", "certificate", "setup", "template"]);
  match(report.steps.at(-1)?.detail ?? "", /^template 3 of 5000000123 sat on block (02){32}/);
});

Deno.test("ping() tells a port where nobody listens", async () => {
  const report = await new World().ping();
  deepStrictEqual(steps(report), ["connect failed"]);
  match(failure(report), /pool\.example:3333/);
});

Deno.test("ping() tells what answers if it is not Stratum V2", async () => {
  const said = (text: string) => async (socket: Socket) => {
    await socket.write(new TextEncoder().encode(text));
    socket.close();
  };
  for (
    const [answer, says] of [
      [said("HTTP/1.1 400 Bad Request\r\n\r\n"), /web server/],
      [said('{"id":null,"result":null,"error":"?"}\n'), /Stratum V1/],
      [said(`220 ${"mail ".repeat(60)}`), /text, not Stratum V2/],
      [(socket: Socket) => Promise.resolve(socket.close()), /closed the connection without/],
      [() => Promise.resolve(), /no answer to the handshake within 5 s/],
      [(socket: Socket) => socket.write(new Uint8Array(234).fill(0x91)), /does not decrypt/],
    ] as const
  ) {
    const world = new World();
    void world.strange(answer);
    const report = await world.ping();
    deepStrictEqual(steps(report), ["connect", "handshake failed"]);
    match(failure(report), says);
  }
});

Deno.test("NOISE-27, NOISE-31 ping() tells a wrong authority key from a certificate out of its time", async () => {
  const unix = new FakeHost().clock.unix();
  for (
    const [identity, says, code] of [
      [
        { authoritySecret: new Uint8Array(32).fill(8) },
        /not signed by .*authority key in the configuration is wrong/,
        "wrong-authority-key",
      ],
      [
        { validFrom: unix - 7_200, notValidAfter: unix - 600 },
        /expired at .* your clock seems 10 minutes ahead/,
        "certificate-expired",
      ],
      [
        { validFrom: unix + 600, notValidAfter: unix + 7_200 },
        /not valid before .* your clock seems 10 minutes behind/,
        "certificate-not-yet-valid",
      ],
    ] as const
  ) {
    const world = new World();
    world.serve(new RecordingRole(), { identity });
    const report = await world.ping();
    deepStrictEqual(steps(report), ["connect", "handshake", "certificate failed"]);
    match(failure(report), says);
    deepStrictEqual(report.steps.at(-1)?.data, { failure: code });
  }
});

Deno.test("ping() without a key says that nothing is proven", async () => {
  const world = new World();
  world.serve(new TestPool(1n << 240n));
  const report = await world.ping({ authorityKey: undefined });
  strictEqual(report.ok, true);
  match(report.steps[2]?.detail ?? "", /^not checked, as no authority key was given/);
});

Deno.test("CONN-11 ping() tells why SetupConnection is refused", async () => {
  const world = new World();
  world.serve(new RecordingRole(), { policy: { protocol: 2 } });
  const report = await world.ping();
  deepStrictEqual(steps(report).at(-1), "setup failed");
  match(failure(report), /refused SetupConnection: unsupported-protocol$/);
});

Deno.test("ping() tells the pool's own word for refusing a channel", async () => {
  const world = new World();
  const role = new RecordingRole();
  role.onReceived = (peer: Peer) =>
    peer.send(OpenMiningChannelError, { requestId: 1, errorCode: "unknown-user" });
  world.serve(role);
  const report = await world.ping();
  deepStrictEqual(steps(report).at(-1), "channel failed");
  match(failure(report), /refused to open the channel: unknown-user$/);
});

Deno.test("ping() tells which answer did not come, and waits no longer than it was told", async () => {
  const world = new World();
  world.serve(new RecordingRole());
  const report = await world.ping({ timeoutMs: 2_000 });
  deepStrictEqual(steps(report).at(-1), "channel failed");
  match(failure(report), /answer to the request for a channel did not come in time/);
  ok(Math.abs((report.steps.at(-1)?.ms ?? 0) - 2_000) < 50);
});

Deno.test("ping() tells a server that hangs up in the middle", async () => {
  const world = new World();
  const role = new RecordingRole();
  role.onReceived = (peer: Peer) => peer.close("no");
  world.serve(role);
  match(failure(await world.ping()), /closed the connection instead of an answer to the request/);
});

Deno.test("ping() names itself in SetupConnection and nothing more of the machine", async () => {
  const world = new World();
  const role = new RecordingRole();
  world.serve(role);
  await world.ping();
  const setup: SetupConnection | undefined = role.peers[0]?.session.setup;
  strictEqual(setup?.deviceId, "");
  strictEqual(setup.vendor, "Headframe");
});

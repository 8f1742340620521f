import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { OperatorError } from "../lib/errors.ts";
import { Reconnect, SetupConnectionSuccess } from "../lib/messages/common.ts";
import { RequestExtensionsSuccess } from "../lib/messages/extensions.ts";
import { issueIdentity, type ServerIdentity } from "../lib/noise/certificate.ts";
import { publicKeyOf } from "../lib/noise/crypto.ts";
import type { Address } from "../lib/ports.ts";
import { dial, type Upstream } from "../lib/session/dial.ts";
import { CLIENT_LIMITS, MINING_LIMITS } from "../lib/session/limits.ts";
import type { Peer } from "../lib/session/role.ts";
import { serve } from "../lib/session/serve.ts";
import { FakeHost, FakeNetwork } from "./support/fake_host.ts";
import { SETUP } from "./support/raw_client.ts";
import { RecordingRole } from "./support/stage.ts";

const AUTHORITY = new Uint8Array(32).fill(7);
const KEY = publicKeyOf(AUTHORITY);
const FIRST: Upstream = { hostname: "first", port: 3333, authorityKey: KEY };
const SECOND: Upstream = { hostname: "second", port: 4444, authorityKey: KEY };

/** A network with servers at some ports, and a client to be started. */
class World {
  readonly network = new FakeNetwork();
  readonly host = new FakeHost(this.network);
  readonly servers: { role: RecordingRole; host: FakeHost; done: Promise<void> }[] = [];
  readonly client = new RecordingRole();

  server(
    listen: Address,
    change: { identity?: Partial<ServerIdentity & { authoritySecret: Uint8Array }> } = {},
  ): RecordingRole {
    const host = new FakeHost(this.network, 50 + this.servers.length);
    // One time for all of them.
    Object.assign(host, { clock: this.host.clock });
    const role = new RecordingRole();
    const unix = this.host.clock.unix();
    const identity = issueIdentity({
      authoritySecret: AUTHORITY,
      staticSecret: new Uint8Array(32).fill(9),
      validFrom: unix - 60,
      notValidAfter: unix + 1_000_000,
      ...change.identity,
    });
    const { done } = serve({
      host,
      log: host.log,
      role,
      listen,
      identity: () => identity,
      policy: { protocol: 0, versions: [2, 2], flags: 7, extensions: [2], requiredExtensions: [] },
      limits: MINING_LIMITS,
    });
    this.servers.push({ role, host, done });
    return role;
  }

  dial(upstreams: readonly Upstream[], extensions: readonly number[] = []): Promise<void> {
    const { host, client: role } = this;
    return dial({
      host,
      log: host.log,
      role,
      upstreams,
      setup: SETUP,
      extensions,
      limits: CLIENT_LIMITS,
    });
  }

  async end(dialling?: Promise<void>): Promise<void> {
    for (const { host } of this.servers) host.stop.abort();
    this.host.stop.abort();
    await this.host.clock.advance(10_000);
    await Promise.all(this.servers.map(({ done }) => done));
    await dialling;
  }
}

Deno.test("CONN-25 the role may speak as soon as the server accepts", async () => {
  const world = new World();
  const server = world.server(FIRST);
  const dialling = world.dial([FIRST]);
  await world.host.clock.advance(50);
  deepStrictEqual([server.told, world.client.told], [["connected"], ["connected"]]);
  strictEqual(server.peers[0]?.session.setup.endpointHost, "first");
  await world.end(dialling);
});

Deno.test("NOISE-32 to a server without the right signature nothing is sent after Act 1", async () => {
  const world = new World();
  world.server(FIRST, { identity: { authoritySecret: new Uint8Array(32).fill(8) } });
  const dialling = rejects(
    world.dial([FIRST]),
    (error) =>
      error instanceof OperatorError && error.kind === "peer" &&
      error.message.includes("authority key"),
  );
  await world.host.clock.advance(60_000);
  await dialling;
  strictEqual(world.client.told.length, 0);
  const rounds = world.host.logged("upstream.unusable").length;
  strictEqual(world.network.wire().length, rounds * (64 + 234));
  await world.end();
});

Deno.test("NOISE-30 a wrong clock is named as the likely cause", async () => {
  for (
    const [change, says] of [
      [{ validFrom: 1_600_000_000, notValidAfter: 1_699_999_400 }, "10 minutes ahead"],
      [{ validFrom: 1_700_000_600, notValidAfter: 1_800_000_000 }, "10 minutes behind"],
    ] as const
  ) {
    const world = new World();
    world.server(FIRST, { identity: change });
    const dialling = rejects(
      world.dial([FIRST]),
      (error) => error instanceof OperatorError && error.message.includes(says),
    );
    await world.host.clock.advance(60_000);
    await dialling;
    await world.end();
  }
});

Deno.test("NOISE-34 without an authority key the connection is called unauthenticated", async () => {
  const world = new World();
  world.server(FIRST);
  const dialling = world.dial([{ ...FIRST, authorityKey: undefined }]);
  await world.host.clock.advance(50);
  strictEqual(world.host.logged("upstream.unauthenticated").length, 1);
  await world.end(dialling);
});

Deno.test("NOISE-33, NOISE-40 keys are fresh for every handshake and every certificate verifies", async () => {
  const world = new World();
  world.server(FIRST);
  const dialling = world.dial([FIRST]);
  for (let i = 0; i < 20; i++) {
    await world.host.clock.advance(40_000);
    world.client.peers.at(-1)?.close("again");
    await world.host.clock.advance(10);
  }
  const keys = new Set(world.host.keys);
  ok(keys.size >= 10, `${keys.size} handshakes`);
  strictEqual(keys.size, world.host.keys.length);
  await world.end(dialling);
});

Deno.test("dial() goes to the next upstream, and starts with the first again", async () => {
  const world = new World();
  const second = world.server(SECOND);
  const dialling = world.dial([FIRST, SECOND]);
  await world.host.clock.advance(50);
  deepStrictEqual(second.told, ["connected"]);
  const first = world.server(FIRST);
  await world.host.clock.advance(20_000);
  world.client.peers[0]?.close("test");
  await world.host.clock.advance(3_000);
  deepStrictEqual(first.told, ["connected"]);
  await world.end(dialling);
});

Deno.test("dial() does not stay with an upstream that lets it in and throws it out", async () => {
  const world = new World();
  const first = world.server(FIRST);
  const second = world.server(SECOND);
  first.connected = (peer: Peer) => peer.close("not you");
  const dialling = world.dial([FIRST, SECOND]);
  await world.host.clock.advance(1_000);
  deepStrictEqual(second.told, ["connected"]);
  await world.end(dialling);
});

Deno.test("dial() gives up if nobody answers at first, and never after that", async () => {
  const lonely = new World();
  const refused = rejects(
    lonely.dial([FIRST, SECOND]),
    (error) => error instanceof OperatorError && /first:3333.*second:4444/.test(error.message),
  );
  await lonely.host.clock.advance(120_000);
  await refused;

  const world = new World();
  const server = world.server(FIRST);
  const dialling = world.dial([FIRST]);
  await world.host.clock.advance(50);
  world.servers[0]?.host.stop.abort();
  await world.host.clock.advance(3_600_000);
  deepStrictEqual(server.told, ["connected", "disconnected"]);
  const again = world.server(FIRST);
  await world.host.clock.advance(60_000);
  deepStrictEqual(again.told, ["connected"]);
  await world.end(dialling);
});

Deno.test("EXT-10, EXT-15 the client waits for the answer and uses only what it lists", async () => {
  const world = new World();
  const server = world.server(FIRST);
  const dialling = world.dial([FIRST], [2, 3]);
  await world.host.clock.advance(50);
  deepStrictEqual([...world.client.peers[0]?.session.extensions ?? []], [2]);
  deepStrictEqual(server.told, ["connected"]);
  await world.end(dialling);
});

Deno.test("CONN-19, CONN-20, CONN-21 Reconnect keeps what it leaves empty, and the authority key", async () => {
  for (
    const [newHost, newPort, at] of [
      ["", 4444, { hostname: "first", port: 4444 }],
      ["second", 4444, { hostname: "second", port: 4444 }],
    ] as const
  ) {
    const world = new World();
    const first = world.server(FIRST);
    const target = world.server(at);
    const dialling = world.dial([FIRST]);
    await world.host.clock.advance(50);
    first.peers[0]?.send(Reconnect, { newHost, newPort });
    await world.host.clock.advance(50);
    deepStrictEqual(target.told, ["connected"]);
    strictEqual(target.peers[0]?.session.setup.endpointHost, at.hostname);
    deepStrictEqual(world.client.told, ["connected", "disconnected", "connected"]);
    await world.end(dialling);
  }
});

Deno.test("CONN-21 a redirection to a server of another authority is refused", async () => {
  const world = new World();
  const first = world.server(FIRST);
  const thief = world.server(SECOND, {
    identity: { authoritySecret: new Uint8Array(32).fill(8) },
  });
  const dialling = world.dial([FIRST]);
  await world.host.clock.advance(50);
  first.peers[0]?.send(Reconnect, { newHost: "second", newPort: 4444 });
  await world.host.clock.advance(5_000);
  deepStrictEqual(thief.told, []);
  // Back to where it was configured to be.
  deepStrictEqual(first.told, ["connected", "disconnected", "connected"]);
  await world.end(dialling);
});

Deno.test("CONN-23 a loop of Reconnects is slowed down", async () => {
  const world = new World();
  const first = world.server(FIRST);
  first.connected = function (peer: Peer) {
    this.told.push("connected");
    peer.send(Reconnect, { newHost: "", newPort: 0 });
  };
  const dialling = world.dial([FIRST]);
  await world.host.clock.advance(60_000);
  ok(first.told.length < 100, `${first.told.length} connections in a minute`);
  await world.end(dialling);
});

Deno.test("an answer that nobody waits for changes nothing", async () => {
  const world = new World();
  const server = world.server(FIRST);
  server.connected = (peer: Peer) =>
    peer.send(SetupConnectionSuccess, { usedVersion: 2, flags: 0 });
  const dialling = world.dial([FIRST]);
  await world.host.clock.advance(50);
  // A second answer is not one: it is ignored, the session stays as it is.
  strictEqual(world.client.peers[0]?.session.version, 2);
  server.peers[0]?.send(RequestExtensionsSuccess, { requestId: 9, supportedExtensions: [3] });
  await world.host.clock.advance(50);
  deepStrictEqual([...world.client.peers[0]?.session.extensions ?? []], []);
  await world.end(dialling);
});

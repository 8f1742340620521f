import type { Frame } from "../../lib/frame/frame.ts";
import { messageOf } from "../../lib/messages/registry.ts";
import { issueIdentity } from "../../lib/noise/certificate.ts";
import type { Address } from "../../lib/ports.ts";
import { type Limits, MINING_LIMITS } from "../../lib/session/limits.ts";
import type { Peer, Role } from "../../lib/session/role.ts";
import { serve } from "../../lib/session/serve.ts";
import { FakeHost, FakeNetwork } from "./fake_host.ts";
import { RawClient } from "./raw_client.ts";

/** A request for a channel, the content of which does not matter. */
export const OPEN = {
  requestId: 1,
  userIdentity: "me",
  nominalHashRate: 1,
  maxTarget: 1n,
  minExtranonceSize: 2,
};

/** A role that writes down what it is told. */
export class RecordingRole implements Role {
  readonly told: string[] = [];
  readonly payloads: Uint8Array[] = [];
  readonly reasons: string[] = [];
  readonly peers: Peer[] = [];
  onReceived: (peer: Peer, frame: Frame) => void = () => {};

  connected(peer: Peer): void {
    this.told.push("connected");
    this.peers.push(peer);
  }

  received(peer: Peer, frame: Frame): void {
    this.told.push(messageOf(frame.extensionType, frame.msgType)?.name ?? "?");
    this.payloads.push(frame.payload.slice());
    this.onReceived(peer, frame);
  }

  settled(_peer: Peer): void {}

  disconnected(_peer: Peer, reason: string): void {
    this.told.push("disconnected");
    this.reasons.push(reason);
  }

  tick(): void {}
}

export interface Stage {
  readonly host: FakeHost;
  readonly role: RecordingRole;
  readonly address: Address;
  readonly done: Promise<void>;
  /** A client that has done the handshake. */
  client(): Promise<RawClient>;
  /** A client that has done the set-up as well. */
  ready(): Promise<RawClient>;
  /** Every byte that went over the wire, either way. */
  wire(): Uint8Array;
  close(): Promise<void>;
}

export interface StageOptions {
  readonly limits?: Limits;
  readonly requiredExtensions?: readonly number[];
  readonly chunk?: number;
}

/** A mining server in a world of its own, with a role that only writes down what it is told. */
export function openStage(options: StageOptions = {}): Promise<Stage> {
  const network = new FakeNetwork();
  network.chunk = options.chunk ?? Infinity;
  const host = new FakeHost(network);
  const role = new RecordingRole();
  const unix = host.clock.unix();
  const identity = issueIdentity({
    authoritySecret: new Uint8Array(32).fill(7),
    staticSecret: new Uint8Array(32).fill(9),
    validFrom: unix - 60,
    notValidAfter: unix + 86_400 * 365,
  });
  const server = serve({
    host,
    log: host.log,
    role,
    listen: { hostname: "127.0.0.1", port: 3333 },
    identity: () => identity,
    policy: {
      protocol: 0,
      versions: [2, 2],
      flags: 0b101,
      extensions: [2],
      requiredExtensions: options.requiredExtensions ?? [],
    },
    limits: options.limits ?? MINING_LIMITS,
  });
  async function client(): Promise<RawClient> {
    const socket = await host.connect(server.address);
    const handshake = RawClient.handshake(socket);
    await host.clock.advance(5);
    return await handshake;
  }
  return Promise.resolve({
    host,
    role,
    address: server.address,
    done: server.done,
    client,
    async ready() {
      const raw = await client();
      await raw.setup();
      await host.clock.advance(5);
      return raw;
    },
    wire: () => network.wire(),
    async close() {
      host.stop.abort();
      await host.clock.advance(6_000);
      await server.done;
    },
  });
}

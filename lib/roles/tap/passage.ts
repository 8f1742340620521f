import type { Connection, Direction, Micros } from "../../capture/capture.ts";
import { reasonOf, traceOf } from "../../errors.ts";
import { beginsLine } from "../../inspect/dissect/guess.ts";
import type { Room } from "../../inspect/dissect/room.ts";
import type { Witness } from "../../inspect/witness.ts";
import type { ServerIdentity } from "../../noise/certificate.ts";
import type { EphemeralKey } from "../../noise/crypto.ts";
import { ACT1_SIZE } from "../../noise/handshake.ts";
import { keyLogLines } from "../../noise/key_log.ts";
import { type Address, formatAddress, type Host, type Socket } from "../../ports.ts";
import type { Upstream } from "../../session/dial.ts";
import type { Turns } from "../../session/drive.ts";
import { keyLogger } from "../../session/key_log.ts";
import type { Limits } from "../../session/limits.ts";
import type { Log } from "../../telemetry/log.ts";
import type { Instant } from "../../time.ts";
import type { TapUpstreams } from "./config.ts";
import { End } from "./end.ts";
import { Ended } from "./ended.ts";
import { endpointOf } from "./endpoint.ts";
import { answerAct1, greetServer, SealedEnd } from "./handshake.ts";
import { pumpBytes, type Pumped, pumpFrames } from "./pump.ts";

/** What all passages share. */
export interface PassageOptions {
  readonly host: Host;
  readonly log: Log;
  readonly limits: Limits;
  readonly upstreams: TapUpstreams;
  readonly witness: Witness;
  /** The certificate to show now. */
  readonly identity: () => ServerIdentity;
  readonly ephemeral: () => EphemeralKey;
  readonly turns: Turns;
  readonly room: Room;
  /** The time of day. */
  readonly time: () => Micros;
}

const CONNECT_TIMEOUT_MS = 5_000;
/** Milliseconds for which one end may leave unread what the other sends. */
const UNREAD_MS = 900_000;

/**
 * ```text
 * handshake ──(Act 2, or a first line)──▶ calling ──(the server answers)──▶ open ──▶ closed
 * ```
 */
type Stage = "handshake" | "calling" | "open" | "closed";

/**
 * One client, the server that it is connected to, and what goes from one to the other. What is wrong
 * with either ends this passage and no other.
 */
export class Passage {
  readonly address: string;
  readonly connection: Connection;
  readonly #options: PassageOptions;
  readonly #client: End;
  #server: End | undefined;
  #upstream: Address | undefined;
  #stage: Stage = "handshake";
  #deadline: Instant;
  /** Set if it is we who ended it. */
  #closed: Ended | undefined;

  constructor(socket: Socket, id: number, options: PassageOptions) {
    const { clock } = options.host;
    this.address = socket.peer;
    this.connection = {
      id,
      client: endpointOf(socket.peer),
      server: endpointOf(socket.local ?? ""),
      isWhole: true,
    };
    this.#options = options;
    this.#client = new End("client", socket, clock);
    this.#deadline = clock.now() + options.limits.handshakeTimeoutMs;
  }

  get stage(): Stage {
    return this.#stage;
  }

  /** Ends it, whatever is on its way. */
  close(reason: string): void {
    this.#end(new Ended("us", reason));
  }

  tick(now: Instant): void {
    if (now >= this.#deadline) this.#end(this.#overdue());
    for (const end of [this.#client, this.#server]) {
      if (end?.writingSince === undefined || now - end.writingSince < UNREAD_MS) continue;
      this.#end(
        new Ended(end.of, `the ${end.of} does not read what it is sent`, { isFault: true }),
      );
    }
  }

  /** Resolves when it has ended. Never rejects. */
  async run(): Promise<void> {
    const { connection } = this;
    const { witness, time } = this.#options;
    witness.event({ type: "open", connection, time: time() });
    const ended = await this.#converse().catch((error) => this.#closed ?? this.#endedBy(error));
    this.#stage = "closed";
    this.#deadline = Infinity;
    this.#end(ended);
    witness.event({ type: "close", connection, time: time(), how: ended.how });
    this.#tell(ended);
  }

  /** @throws {Ended} In the end. */
  async #converse(): Promise<never> {
    const first = await this.#first();
    const isSv1 = beginsLine(first);
    const { sv1, sv2 } = this.#options.upstreams;
    if (isSv1 && sv1 !== undefined) return await this.#passLines(first, sv1);
    if (!isSv1 && sv2 !== undefined) return await this.#passFrames(first, sv2);
    const [speaks, scheme] = isSv1
      ? ["Stratum V1", "stratum+tcp"]
      : ["no Stratum V1", "stratum2+tcp"];
    const reason = `it speaks ${speaks}, and there is no ${scheme}://… to connect it to`;
    throw new Ended("client", reason, { isFault: true });
  }

  /** The client's first bytes: Act 1, or enough of a line to know that it is one. */
  async #first(): Promise<Uint8Array> {
    const first = new Uint8Array(ACT1_SIZE);
    for (let have = 0;;) {
      const length = await this.#client.read(first.subarray(have));
      this.#sawBytes("up", first.subarray(have, have + length));
      have += length;
      const some = first.subarray(0, have);
      if (have === first.length || beginsLine(some)) return some;
    }
  }

  async #passLines(first: Uint8Array, to: Address): Promise<never> {
    const client = this.#client;
    const server = await this.#call(to);
    await server.write(first);
    this.#opened();
    const onBytes = (direction: Direction) => (bytes: Uint8Array) =>
      this.#sawBytes(direction, bytes);
    return await this.#both([
      pumpBytes({ from: client, to: server, onBytes: onBytes("up") }),
      pumpBytes({ from: server, to: client, onBytes: onBytes("down") }),
    ]);
  }

  async #passFrames(act1: Uint8Array, to: Upstream): Promise<never> {
    const { host, limits, identity, ephemeral, turns, room, witness, time } = this.#options;
    await turns.next();
    const own = identity();
    const { act2, split } = answerAct1(act1, { identity: own, ephemeral: ephemeral() });
    witness.keys(keyLogLines(split, "server", own.authorityKey));
    keyLogger(host, "server", own.authorityKey)?.(split);
    using client = new SealedEnd(this.#client, split, limits.maxPayload);
    this.#sawBytes("down", act2);
    await this.#client.write(act2);
    const end = await this.#call(to);
    const theirs = await greetServer(end, to, host);
    keyLogger(host, "client", to.authorityKey)?.(theirs);
    using server = new SealedEnd(end, theirs, limits.maxPayload);
    this.#opened();
    const { connection } = this;
    const onPumped = (pumped: Pumped): void =>
      witness.passed({ connection, time: time(), ...pumped });
    return await this.#both([
      pumpFrames("up", { from: client, to: server, room, onPumped }),
      pumpFrames("down", { from: server, to: client, room, onPumped }),
    ]);
  }

  /** Connects to the server. While that takes, the client is not read from. */
  async #call(to: Address): Promise<End> {
    const { host, limits } = this.#options;
    this.#stage = "calling";
    this.#upstream = to;
    this.#deadline = host.clock.now() + CONNECT_TIMEOUT_MS + limits.handshakeTimeoutMs;
    let socket: Socket;
    try {
      socket = await host.connect(to, CONNECT_TIMEOUT_MS);
    } catch (error) {
      throw new Ended("server", reasonOf(error), { isFault: true });
    }
    this.#server = new End("server", socket, host.clock);
    if (this.#closed === undefined) return this.#server;
    this.#server.close();
    throw this.#closed;
  }

  #opened(): void {
    this.#stage = "open";
    this.#deadline = Infinity;
  }

  /** Lets both directions go on until one of them ends, and with it the other. */
  async #both(pumps: readonly Promise<never>[]): Promise<never> {
    try {
      return await Promise.race(pumps);
    } catch (error) {
      this.#end(this.#endedBy(error));
      await Promise.allSettled(pumps);
      throw error;
    }
  }

  #end(ended: Ended): void {
    this.#closed ??= ended;
    this.#client.close();
    this.#server?.close();
  }

  #endedBy(error: unknown): Ended {
    if (error instanceof Ended) return error;
    // A fault of ours must cost this passage, never the others.
    this.#options.log.error("connection.fault", { peer: this.address, reason: traceOf(error) });
    return new Ended("us", "internal fault");
  }

  #overdue(): Ended {
    const reason = this.#stage === "handshake" ? "no handshake in time" : "no answer in time";
    const by = this.#stage === "handshake" ? "client" : "server";
    return new Ended(by, reason, { isFault: true });
  }

  #sawBytes(direction: Direction, bytes: Uint8Array): void {
    const { witness, time } = this.#options;
    witness.event({ type: "data", connection: this.connection, time: time(), direction, bytes });
  }

  #tell({ by, reason, isFault }: Ended): void {
    const { log } = this.#options;
    const about = { connection: this.connection.id, peer: this.address, reason };
    if (!isFault) return log.debug("connection.closed", about);
    if (by !== "server") return log.warn("client.closed", about);
    const upstream = this.#upstream && formatAddress(this.#upstream);
    log.warn("upstream.unusable", { ...about, upstream });
  }
}

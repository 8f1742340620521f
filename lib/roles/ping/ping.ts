/**
 * Tries a server the way a client would use it, step by step, and says where it fails and why.
 *
 * @module
 */

import { DecodeError, reasonOf } from "../../errors.ts";
import {
  SetupConnection,
  SetupConnectionError,
  SetupConnectionSuccess,
} from "../../messages/common.ts";
import { flagNames } from "../../messages/flags.ts";
import { generateEphemeral } from "../../noise/crypto.ts";
import { Initiator, type Split } from "../../noise/handshake.ts";
import { HandshakeError } from "../../noise/handshake_error.ts";
import { formatAddress, type Host, type Socket } from "../../ports.ts";
import { spanOf, utc } from "../../time.ts";
import type { PingConfig } from "./config.ts";
import { diagnoseAnswer, type Ending, isForeign } from "./diagnose.ts";
import { PingError, PingLine, read, TimedReader } from "./line.ts";
import { openChannel, receiveJob } from "./mining.ts";
import type { Found, PingReport, PingStep, PingStepName } from "./report.ts";
import { receiveTemplate } from "./template.ts";

const ACT2_SIZE = 234;
const PROTOCOLS = { mining: 0, template: 2 } as const;
const VERSION = 2;

/** Runs all steps, up to the first that fails. Never rejects. */
export async function ping(config: PingConfig, host: Host): Promise<PingReport> {
  const run = new Run(config, host);
  const start = host.clock.now();
  const ok = await run.all();
  return {
    target: formatAddress(config),
    ok,
    ms: round(host.clock.now() - start),
    steps: run.steps,
  };
}

class Run {
  readonly steps: PingStep[] = [];
  readonly #config: PingConfig;
  readonly #host: Host;

  constructor(config: PingConfig, host: Host) {
    this.#config = config;
    this.#host = host;
  }

  /** @returns Whether every step went well. */
  async all(): Promise<boolean> {
    let socket: Socket | undefined;
    try {
      socket = await this.#step("connect", () => this.#connect());
      await this.#talk(socket);
      return true;
    } catch (error) {
      if (!(error instanceof StepFailed)) throw error;
      return false;
    } finally {
      socket?.close();
    }
  }

  async #talk(socket: Socket): Promise<void> {
    const { protocol, authorityKey } = this.#config;
    const reader = new TimedReader(socket, this.#host.clock);
    const initiator = new Initiator({
      authorityKey,
      ephemeral: generateEphemeral(this.#host.random),
      unix: this.#host.clock.unix(),
    });
    const act2 = await this.#step("handshake", () => this.#exchange(socket, reader, initiator));
    const split = await this.#step("certificate", () => this.#certificate(initiator, act2));
    const line = new PingLine(socket, reader, split);
    const timed = <T>(name: PingStepName, work: () => Promise<Found<T>>): Promise<T> =>
      this.#step(name, () => {
        reader.allow(this.#config.timeoutMs);
        return work();
      });
    await timed("setup", () => this.#setup(line));
    if (protocol === "template") {
      await timed("template", () => receiveTemplate(line));
      return;
    }
    const channel = await timed("channel", () => openChannel(line, this.#config));
    await timed("job", () => receiveJob(line, channel));
  }

  async #connect(): Promise<Found<Socket>> {
    const socket = await this.#host.connect(this.#config, this.#config.timeoutMs);
    return { found: socket, detail: socket.peer, data: { address: socket.peer } };
  }

  async #exchange(
    socket: Socket,
    reader: TimedReader,
    initiator: Initiator,
  ): Promise<Found<Uint8Array>> {
    const { timeoutMs } = this.#config;
    reader.allow(timeoutMs);
    // If it has closed already, what it said before is still to be read.
    await socket.write(initiator.act1()).catch(() => {});
    const act2 = new Uint8Array(ACT2_SIZE);
    let have = 0;
    let ending: Ending = "complete";
    while (have < ACT2_SIZE) {
      const length = await reader.read(act2.subarray(have));
      if (length === null || length === undefined) {
        ending = length === null ? "closed" : "silent";
        break;
      }
      have += length;
    }
    const answer = act2.subarray(0, have);
    if (ending !== "complete" || isForeign(answer)) {
      throw new PingError(diagnoseAnswer(answer, ending, timeoutMs));
    }
    return { found: act2, detail: "keys exchanged, encrypted from here on", data: {} };
  }

  #certificate(initiator: Initiator, act2: Uint8Array): Promise<Found<Split>> {
    const split = initiator.receive(act2);
    const { validity, authenticated } = initiator;
    const unix = this.#host.clock.unix();
    const { validFrom = 0, notValidAfter = 0 } = validity ?? {};
    const window = `valid until ${utc(notValidAfter)}, ${span(notValidAfter - unix)} from now`;
    const detail = authenticated
      ? `signed by the authority key, ${window}`
      : `not checked, as no authority key was given; it says ${window}`;
    return Promise.resolve({
      found: split,
      detail,
      data: { authenticated, validFrom, notValidAfter, localClock: unix },
    });
  }

  async #setup(line: PingLine): Promise<Found<void>> {
    const { hostname, port, protocol } = this.#config;
    await line.send(SetupConnection, {
      protocol: PROTOCOLS[protocol],
      minVersion: VERSION,
      maxVersion: VERSION,
      flags: 0,
      endpointHost: hostname.slice(0, 255),
      endpointPort: port,
      vendor: "Headframe",
      hardwareVersion: "ping",
      firmware: "",
      deviceId: "",
    });
    const { usedVersion, flags } = await line.expect("SetupConnection.Success", (frame) => {
      const refusal = read(SetupConnectionError, frame);
      if (refusal !== undefined) throw new PingError(refusalOf(refusal, protocol));
      return read(SetupConnectionSuccess, frame);
    });
    if (usedVersion !== VERSION) {
      throw new PingError(
        `the server chose version ${usedVersion}; it was offered ${VERSION} only`,
      );
    }
    const names = flagNames(protocol, "server", flags);
    const flagged = names.length === 0 ? "no flags" : names.join(", ");
    return {
      found: undefined,
      detail: `version ${usedVersion}, ${flagged}`,
      data: { usedVersion, flags },
    };
  }

  async #step<T>(step: PingStepName, work: () => Promise<Found<T>>): Promise<T> {
    const { clock } = this.#host;
    const start = clock.now();
    try {
      const { found, detail, data } = await work();
      this.steps.push({ step, ok: true, ms: round(clock.now() - start), detail, data });
      return found;
    } catch (error) {
      const ms = round(clock.now() - start);
      // What decrypts to nothing was no Sv2 in the first place, whatever the certificate says.
      const isNoise = error instanceof HandshakeError && error.failure === "act-2-unauthentic";
      if (isNoise) this.steps.pop();
      const failed = isNoise ? "handshake" : step;
      const failure = error instanceof HandshakeError ? { failure: error.failure } : {};
      this.steps.push({ step: failed, ok: false, ms, detail: explain(error), data: failure });
      throw new StepFailed();
    }
  }
}

class StepFailed extends Error {
  override readonly name = "StepFailed";
}

function refusalOf(
  { errorCode, flags }: SetupConnectionError,
  protocol: PingConfig["protocol"],
): string {
  const names = flagNames(protocol, "client", flags);
  const lacking = names.length === 0 ? "" : `; it does not support ${names.join(", ")}`;
  return `the server refused SetupConnection: ${errorCode}${lacking}`;
}

function explain(error: unknown): string {
  if (error instanceof DecodeError) {
    return error.code === "unauthentic"
      ? "what came does not decrypt: something between changes what is sent"
      : `what came is not Stratum V2: ${error.message}`;
  }
  return reasonOf(error);
}

/** To a microsecond. */
function round(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}

const UNITS = { second: "s", minute: "min", hour: "h", day: "days" } as const;

/** @param seconds Any; a negative span is one that is over. */
function span(seconds: number): string {
  const { count, unit } = spanOf(Math.abs(seconds));
  return `${seconds < 0 ? "-" : ""}${count} ${UNITS[unit]}`;
}

import type { Micros } from "../../capture/capture.ts";
import { traceOf } from "../../errors.ts";
import { Room } from "../../inspect/dissect/room.ts";
import type { Witness } from "../../inspect/witness.ts";
import { type Address, formatAddress, type Host } from "../../ports.ts";
import { accept, type Server } from "../../session/accept.ts";
import { Turns } from "../../session/drive.ts";
import { EphemeralStock } from "../../session/ephemeral_stock.ts";
import { renewingIdentity } from "../../session/identity.ts";
import type { Log } from "../../telemetry/log.ts";
import type { TapConfig } from "./config.ts";
import { Passage } from "./passage.ts";

/** Who is told of what passes. */
export interface TapOptions {
  readonly witnesses: readonly Witness[];
  /** The time of day, as precise as there is; may go backwards. */
  readonly time: () => Micros;
}

/**
 * Stands between clients and a server until the host's signal fires: to clients it is the server, with an
 * authority key of its own; to the server it is the client. Whatever either says is told to the
 * witnesses and passed on as it is. It answers nothing and asks for nothing by itself.
 *
 * @throws {OperatorError} If the address cannot be listened on.
 */
export function serveTap(config: TapConfig, host: Host, options: TapOptions): Server {
  const log = host.log.with({ role: "tap" });
  const ephemerals = new EphemeralStock(host.random);
  const { authoritySecretKey, certValiditySec, limits, upstreams } = config;
  const shared = {
    host,
    log,
    limits,
    upstreams,
    witness: all(options.witnesses.map((witness) => guarded(witness, log))),
    identity: renewingIdentity(host, authoritySecretKey, certValiditySec),
    ephemeral: ephemerals.take,
    turns: new Turns(host.clock),
    room: new Room(),
    time: forwards(options.time),
  };
  const server = accept({
    host,
    log,
    limits,
    listen: config.listen,
    take(socket, id) {
      const passage = new Passage(socket, id, shared);
      return { connection: passage, done: passage.run(), tick: (now) => passage.tick(now) };
    },
    tick: () => ephemerals.refill(),
  });
  log.info("tap.listening", { address: formatAddress(server.address), ...named(upstreams) });
  const { sv2 } = upstreams;
  if (sv2 !== undefined && sv2.authorityKey === undefined) {
    log.warn("upstream.unauthenticated", {
      upstream: formatAddress(sv2),
      hint: "no authority key is configured: anyone in between can pose as this server",
    });
  }
  return server;
}

function named(
  { sv1, sv2 }: { readonly sv1: Address | undefined; readonly sv2: Address | undefined },
): { sv1: string | undefined; sv2: string | undefined } {
  return { sv1: sv1 && formatAddress(sv1), sv2: sv2 && formatAddress(sv2) };
}

/** A fault of ours in there costs what it shows or writes, never the traffic. */
function guarded(witness: Witness, log: Log): Witness {
  let isGone = false;
  const told = (tell: () => void): void => {
    if (isGone) return;
    try {
      tell();
    } catch (error) {
      isGone = true;
      log.error("witness.fault", { reason: traceOf(error) });
    }
  };
  return {
    event: (event) => told(() => witness.event(event)),
    keys: (lines) => told(() => witness.keys(lines)),
    passed: (passed) => told(() => witness.passed(passed)),
  };
}

function all(witnesses: readonly Witness[]): Witness {
  return {
    event: (event) => witnesses.forEach((each) => each.event(event)),
    keys: (lines) => witnesses.forEach((each) => each.keys(lines)),
    passed: (passed) => witnesses.forEach((each) => each.passed(passed)),
  };
}

/** A clock that somebody sets back stands still until it is that late again. In whole microseconds. */
function forwards(time: () => Micros): () => Micros {
  let last = 0;
  return () => last = Math.max(last, Math.round(time()));
}

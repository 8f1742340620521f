import type { Driver } from "../../../drivers/driver.ts";
import type { Host } from "../../ports.ts";
import { dial } from "../../session/dial.ts";
import { CLIENT_LIMITS } from "../../session/limits.ts";
import type { MineConfig } from "./config.ts";
import { Devices } from "./devices.ts";
import { Miner } from "./miner.ts";
import { minerExtensions, minerSetup } from "./setup.ts";
import { statusLine, statusOf } from "./status.ts";

/** Where the status line goes when somebody watches. */
export interface Screen {
  readonly isWatched: boolean;
  /** Keeps `line` at the bottom of the screen. Empty: takes it away. */
  status(line: string): void;
}

/** What mining takes beside its settings. */
export interface MineParts {
  readonly driver: Driver;
  /** Absent: nobody watches. */
  readonly screen?: Screen;
}

const REDRAW_MS = 500;
/** How long to sleep where nothing is to be shown; timers know no infinity. */
const NEVER_SECONDS = 86_400;

/**
 * Mines with every device of `driver` until the host's signal fires.
 *
 * @throws {OperatorError} If there is no device, or no upstream could be used at first.
 */
export async function serveMine(
  config: MineConfig,
  host: Host,
  { driver, screen }: MineParts,
): Promise<void> {
  const log = host.log.with({ role: "mine" });
  const miner = new Miner({ config, log, random: host.random });
  const stop = new AbortController();
  const goodbye = (): void => {
    // Before the connection is closed, which the same signal does.
    miner.stop();
    stop.abort();
  };
  host.signal.addEventListener("abort", goodbye, { once: true });
  if (host.signal.aborted) stop.abort();
  const inner: Host = { ...worldOf(host), log, signal: stop.signal };
  const devices = new Devices(miner, inner, driver);
  const plugging = devices.plug();
  try {
    await Promise.race([devices.first, plugging]);
    if (stop.signal.aborted) return;
    const showing = show(config, inner, miner, screen);
    const dialling = dial({
      host: inner,
      log,
      role: miner,
      upstreams: config.upstreams,
      setup: minerSetup(config, devices.infos),
      extensions: minerExtensions(config),
      limits: CLIENT_LIMITS,
    });
    await together([dialling, plugging, showing], stop);
  } finally {
    host.signal.removeEventListener("abort", goodbye);
    stop.abort();
    await devices.dispose();
    screen?.status("");
  }
}

/** Shows how it goes: redrawn where somebody watches, else in the log now and then. */
async function show(
  { statusSeconds }: MineConfig,
  { clock, log, signal }: Host,
  miner: Miner,
  screen: Screen | undefined,
): Promise<void> {
  const watched = screen?.isWatched === true;
  const every = watched ? REDRAW_MS : (statusSeconds || NEVER_SECONDS) * 1_000;
  while (!signal.aborted) {
    await clock.sleep(every, signal);
    if (signal.aborted) return;
    const status = statusOf(miner);
    if (watched) screen.status(statusLine(status));
    else if (statusSeconds > 0) log.info("mining.status", { hint: statusLine(status) });
  }
}

/** Waits for all `tasks`; the first to end, well or not, ends the others by `stop`. */
async function together(tasks: readonly Promise<void>[], stop: AbortController): Promise<void> {
  const settled = await Promise.allSettled(tasks.map((task) => task.finally(() => stop.abort())));
  for (const task of settled) if (task.status === "rejected") throw task.reason;
}

function worldOf(host: Host): Omit<Host, "log" | "signal"> {
  return {
    clock: host.clock,
    random: host.random,
    files: host.files,
    keyLog: host.keyLog,
    listen: (at) => host.listen(at),
    connect: (to, timeoutMs) => host.connect(to, timeoutMs),
    connectLocal: (path, timeoutMs) => host.connectLocal(path, timeoutMs),
    post: (request) => host.post(request),
    serveHttp: (at, handle) => host.serveHttp(at, handle),
  };
}

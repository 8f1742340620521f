import { RemoteError } from "../../capnp/remote_error.ts";
import { DecodeError, OperatorError, reasonOf } from "../../errors.ts";
import type { NodeEvent, Tip } from "../node.ts";
import { checkNetwork } from "./check_network.ts";
import type { IpcNodeOptions } from "./options.ts";
import { Session } from "./session.ts";
import { Watch } from "./watch.ts";

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 10_000;

/** A connection that is used, and what is watched over it. */
export interface Linked {
  readonly session: Session;
  readonly watch: Watch;
}

/** Keeps a connection to the node, or tries to, and tells what comes over it. */
export class Link {
  readonly #options: Required<IpcNodeOptions>;
  readonly #tell: (event: NodeEvent) => void;
  #linked: Linked | undefined;
  #down: string | undefined = "it was not started";
  /** It was the right node once: what is wrong now may come right again. */
  #proven = false;

  constructor(options: Required<IpcNodeOptions>, tell: (event: NodeEvent) => void) {
    this.#options = options;
    this.#tell = tell;
  }

  /** Undefined while there is none. Blocks can be submitted over it, even if there are no templates. */
  get linked(): Linked | undefined {
    return this.#linked;
  }

  /** Why there are no templates, for a person; undefined while there are. */
  get down(): string | undefined {
    return this.#down;
  }

  /** Connects, and connects again, until `signal` aborts. @throws {OperatorError} If it is of no use. */
  async run(signal: AbortSignal): Promise<void> {
    const { host: { clock } } = this.#options;
    let pause = FIRST_RETRY_MS;
    while (!signal.aborted) {
      const reason = await this.#attend(signal);
      if (signal.aborted) break;
      if (this.#down === undefined) pause = FIRST_RETRY_MS;
      this.#fall(reason);
      await clock.sleep(pause, signal);
      pause = Math.min(2 * pause, LAST_RETRY_MS);
    }
    this.#fall("it is not used any more");
  }

  /** Connects, and stays as long as it lasts. @returns Why it ended. */
  async #attend(signal: AbortSignal): Promise<string> {
    try {
      const session = await this.#open(signal);
      const watch = this.#watch(session);
      this.#linked = { session, watch };
      return explain(await stay(signal, session, watch));
    } catch (error) {
      const isFinal = error instanceof OperatorError && error.kind === "config" && !this.#proven;
      if (isFinal) {
        const message = `Cannot use ipc:${this.#options.path}: ${error.message}`;
        throw new OperatorError("config", message, { cause: error });
      }
      return explain(error);
    } finally {
      this.#linked = undefined;
    }
  }

  async #open(signal: AbortSignal): Promise<Session> {
    const { host: { clock, log, connectLocal }, path, network, callTimeoutMs } = this.#options;
    const socket = await connectLocal.call(this.#options.host, path, callTimeoutMs);
    const session = await Session.open({
      socket,
      clock,
      signal,
      callTimeoutMs,
      onStarting: () => this.#fall("it is starting; templates come when it has loaded its chain"),
    });
    try {
      await checkNetwork(session, network, log);
    } catch (error) {
      session.close(asError(error));
      throw error;
    }
    this.#proven = true;
    return session;
  }

  #watch(session: Session): Watch {
    const { host: { clock }, cooldown, feeIntervalMs } = this.#options;
    return new Watch({
      session,
      clock,
      cooldown,
      feeIntervalMs,
      onTip: (tip) => this.#rise(tip),
      onFees: () => this.#tell({ type: "fees" }),
      onWaiting: (reason) => this.#fall(reason),
    });
  }

  #rise(tip: Tip): void {
    const wasDown = this.#down !== undefined;
    this.#down = undefined;
    this.#tell({ type: wasDown ? "up" : "tip", tip });
  }

  #fall(reason: string): void {
    if (this.#down === reason) return;
    this.#down = reason;
    this.#tell({ type: "down", reason: `ipc:${this.#options.path}: ${reason}` });
  }
}

/** @returns Why the connection ended. */
async function stay(signal: AbortSignal, session: Session, watch: Watch): Promise<Error> {
  const watching = watch.run().catch((error) => session.close(asError(error)));
  const stopped = Promise.withResolvers<void>();
  const stop = (): void => stopped.resolve();
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  await Promise.race([session.closed, stopped.promise]);
  signal.removeEventListener("abort", stop);
  if (signal.aborted) {
    void watch.interrupt();
    await session.finish(watching, new Error("it is not used any more"));
  }
  await watching;
  return await session.closed;
}

/** What ended a call or the connection, for a person, with the node as "it". */
export function explain(error: unknown): string {
  if (error instanceof DecodeError) {
    return `what it says is not what Bitcoin Core 31 does: ${error.message}`;
  }
  if (error instanceof RemoteError && error.kind === "disconnected") {
    return `the connection ended, ${error.message}; was it stopped?`;
  }
  return reasonOf(error);
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

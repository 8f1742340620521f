import type { ConfigOf } from "../lib/config/setting.ts";
import { OperatorError } from "../lib/errors.ts";
import { publicKeyOf } from "../lib/noise/crypto.ts";
import type { Address, Host, Listener } from "../lib/ports.ts";
import { serveTp } from "../lib/roles/tp/serve.ts";
import type { Context } from "./command.ts";
import { MINE_SETTINGS, startMiner } from "./mine.ts";
import { POOL_SETTINGS, startPool } from "./pool.ts";
import { openNodes } from "./nodes.ts";
import { reachable } from "./sections.ts";
import type { Upstream } from "./settings.ts";
import { startServer } from "./started.ts";
import { TP_SETTINGS, tpConfig } from "./tp.ts";

/** The demo has no file in which to write another port. */
const OTHER_PORTS =
  "For the demo: set HEADFRAME_TP_LISTEN_ADDRESS and HEADFRAME_POOL_LISTEN_ADDRESS " +
  "to 127.0.0.1:0, which takes any port that is free";

/** Settings of the roles that shall run. */
export interface Sections {
  readonly tp: ConfigOf<typeof TP_SETTINGS> | undefined;
  readonly pool: ConfigOf<typeof POOL_SETTINGS> | undefined;
  readonly mine: ConfigOf<typeof MINE_SETTINGS> | undefined;
}

/** Where the roles can be reached. */
export interface Started {
  readonly tp: Upstream | undefined;
  readonly pool: Upstream | undefined;
  readonly threads: number | undefined;
}

/** What `up` may ask for beyond the roles' own settings, and whom it wants told. */
export interface RunOptions {
  /** Accepted blocks after which all stop. */
  readonly until: number | undefined;
  /** Instead of what the template provider's settings say. */
  readonly blockTime: number | undefined;
  /** Told once everything runs. */
  readonly onStarted: (started: Started) => void;
  /** Told of each accepted block, and how many that makes. */
  readonly onBlock: (hash: string, count: number) => void;
}

/**
 * Runs template provider, pool and miner, each started once the one before it can be reached, until
 * the host's signal fires, one of them ends, or there are enough blocks.
 *
 * @returns How many blocks the chain accepted.
 * @throws {OperatorError} If one of them could not start, or failed.
 */
export async function runRoles(
  { tp, pool, mine }: Sections,
  { host, terminal, isDerived, isBuiltIn }: Context,
  { until = Infinity, blockTime, onStarted, onBlock }: RunOptions,
): Promise<number> {
  const stop = new AbortController();
  const signal = AbortSignal.any([host.signal, stop.signal]);
  const running: Promise<void>[] = [];
  let blocks = 0;

  async function start(): Promise<void> {
    const tpAt = tp && await listening(tp, async (host) => {
      using nodes = await openNodes({ ...tp, blockTime: blockTime ?? tp.blockTime }, host);
      await serveTp(tpConfig(tp), host, {
        ...nodes,
        onBlock({ hash, verdict }) {
          if (verdict.outcome !== "accepted") return;
          onBlock(hash, ++blocks);
          if (blocks >= until) stop.abort();
        },
      });
    });
    const poolAt = pool && !signal.aborted && await listening(pool, (host) => {
          const isTp = tpAt !== undefined && isDerived("pool", "templateProvider");
          return startPool({ ...pool, ...isTp ? { templateProvider: [tpAt] } : {} }, host);
        }) || undefined;
    if (signal.aborted) return;
    if (mine !== undefined) {
      const isPool = poolAt !== undefined && isDerived("mine", "upstreams");
      const values = { ...mine, ...isPool ? { upstreams: [poolAt] } : {} };
      add(startMiner(values, { host: { ...host, signal }, terminal }));
    }
    onStarted({ tp: tpAt, pool: poolAt, threads: mine && threadsOf(mine) });
  }

  /** Adds a server. @returns Where it listens, as soon as it does; undefined if it was stopped. */
  async function listening(
    { authoritySecretKey }: { readonly authoritySecretKey: Uint8Array },
    serve: (host: Host) => Promise<void>,
  ): Promise<Upstream | undefined> {
    const { at, done } = startServer({ ...host, signal, listen: listenAt }, serve);
    add(done);
    const address = await at;
    return address && { ...reachable(address), authorityKey: publicKeyOf(authoritySecretKey) };
  }

  function listenAt(at: Address): Listener {
    try {
      return host.listen(at);
    } catch (error) {
      if (!(isBuiltIn && error instanceof OperatorError)) throw error;
      throw new OperatorError(error.kind, `${error.message}. ${OTHER_PORTS}`, { cause: error });
    }
  }

  /** Adds a role. When one ends, the others are of no use. */
  function add(role: Promise<void>): Promise<void> {
    const guarded = role.finally(() => stop.abort());
    // It may fail while another is still being started, and is looked at after that.
    guarded.catch(() => {});
    running.push(guarded);
    return guarded;
  }

  const [started] = await Promise.allSettled([start()]);
  for (const end of [started, ...await Promise.allSettled(running)]) {
    if (end.status === "rejected") throw end.reason;
  }
  return blocks;
}

function threadsOf({ threads }: ConfigOf<typeof MINE_SETTINGS>): number {
  return threads === 0 ? navigator.hardwareConcurrency : threads;
}

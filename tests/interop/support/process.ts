/**
 * Programs of others, and our own, as operating system processes: started for real, watched by what
 * they print, always ended.
 *
 * @module
 */

/** How long a program gets to end by itself. */
const END_MS = 6_000;
/** Characters of output kept; enough for any check here, and for a failure's report. */
const KEPT = 4_000_000;

export interface Started extends AsyncDisposable {
  readonly pid: number;
  /** Everything printed so far, both streams, in the order it came. */
  readonly output: () => string;
  /** Resolves with the exit code. */
  readonly ended: Promise<number>;
  /**
   * Waits until a line matches. @returns The match.
   * @throws {Error} With the end of the output, if the program ends or the time is over first.
   */
  sees(pattern: RegExp, timeoutMs?: number): Promise<RegExpMatchArray>;
  /** How often a pattern, with the flag `g`, was printed so far. */
  count(pattern: RegExp): number;
  /** Waits until a pattern, with the flag `g`, was printed that often in all. @throws {Error} As `sees`. */
  seesTimes(pattern: RegExp, times: number, timeoutMs?: number): Promise<void>;
  stop(signal?: Deno.Signal): Promise<number>;
}

export interface StartOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Starts a program. Dispose it, whatever happens. */
export function start({ name, command, args, env = {}, cwd }: StartOptions): Started {
  const child = new Deno.Command(command, {
    args: [...args],
    env: { NO_COLOR: "1", ...env },
    ...(cwd !== undefined && { cwd }),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  running.add(child);
  let output = "";
  let finished = false;
  let wake = Promise.withResolvers<void>();
  const changed = (): void => {
    wake.resolve();
    wake = Promise.withResolvers<void>();
  };
  const reading = Promise.all([child.stdout, child.stderr].map(async (stream) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      output = (output + plain(text)).slice(-KEPT);
      changed();
    }
  }));
  const ended = child.status.then(async ({ code }) => {
    await reading;
    finished = true;
    running.delete(child);
    changed();
    return code;
  });

  async function until<T>(
    look: () => T | undefined,
    what: string,
    timeoutMs: number,
  ): Promise<T> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const seen = look();
      if (seen !== undefined) return seen;
      const left = deadline - Date.now();
      if (finished || left <= 0) {
        const why = finished ? "it ended" : `${timeoutMs / 1000} s passed`;
        throw new Error(`${name} did not print ${what}: ${why}. Its last lines:\n${tail(output)}`);
      }
      const timer = Promise.withResolvers<void>();
      const id = setTimeout(timer.resolve, left);
      await Promise.race([wake.promise, timer.promise]);
      clearTimeout(id);
    }
  }

  function count(pattern: RegExp): number {
    return [...output.matchAll(pattern)].length;
  }

  async function stop(signal: Deno.Signal = "SIGINT"): Promise<number> {
    if (!finished) {
      tryKill(child, signal);
      // One that a test has paused hears nothing else.
      tryKill(child, "SIGCONT");
      const id = setTimeout(() => tryKill(child, "SIGKILL"), END_MS);
      await ended;
      clearTimeout(id);
    }
    return await ended;
  }

  return {
    pid: child.pid,
    output: () => output,
    ended,
    sees: (pattern, timeoutMs = 30_000) =>
      until(() => output.match(pattern) ?? undefined, String(pattern), timeoutMs),
    count,
    async seesTimes(pattern, times, timeoutMs = 30_000) {
      const enough = (): true | undefined => count(pattern) >= times || undefined;
      await until(enough, `${pattern} ${times} times`, timeoutMs);
    },
    stop,
    [Symbol.asyncDispose]: async () => void await stop(),
  };
}

const running = new Set<Deno.ChildProcess>();

/** Whoever ends before its tests do leaves nothing behind. */
globalThis.addEventListener("unload", () => {
  for (const child of running) tryKill(child, "SIGKILL");
});

function tryKill(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch {
    // It has ended.
  }
}

/** Without the colours that some programs print even to a pipe. */
function plain(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/\x1b\[[0-9;]*m/g, "");
}

function tail(output: string): string {
  return output.split("\n").slice(-25).join("\n");
}

/** Below those that the system gives to whoever connects: such a one may be taken a moment later. */
const LAST_PORT = 32_767;
const FIRST_PORT = 10_000;
const given = new Set<number>();

/** A TCP port of 127.0.0.1 that was free a moment ago, and that nobody else here has got. */
export function freePort(): number {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT + 1));
    if (given.has(port)) continue;
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
    } catch (error) {
      if (error instanceof Deno.errors.AddrInUse) continue;
      throw error;
    }
    given.add(port);
    return port;
  }
}

/**
 * Waits until somebody listens on a port of this machine.
 *
 * @param process Who should; if it ends, there is no use in waiting.
 */
export async function reachable(port: number, process: Started): Promise<void> {
  let ended = false;
  void process.ended.then(() => ended = true);
  for (const deadline = Date.now() + 60_000;;) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return;
    } catch (cause) {
      if (ended || Date.now() > deadline) {
        const last = tail(process.output());
        throw new Error(`nobody listens on port ${port}. Its last lines:\n${last}`, { cause });
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

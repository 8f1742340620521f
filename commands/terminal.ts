/** Where a command talks to the person, or program, that started it. */
export interface Terminal {
  /** Someone watches: a status line makes sense. */
  readonly isWatched: boolean;
  /** The answer, to standard output. */
  print(text: string): void;
  /** Everything else, to standard error. */
  tell(line: string): void;
  /** Keeps `line` at the bottom of the screen, if it is watched. Empty: takes it away. */
  status(line: string): void;
}

const CLEAR_LINE = "\r\x1b[2K";
const encoder = new TextEncoder();

/** The terminal, or files and pipes, that this process was started with. */
export function processTerminal(): Terminal {
  const isWatched = Deno.stderr.isTerminal();
  let shown = "";

  function write(to: { writeSync(bytes: Uint8Array): number }, text: string): void {
    const bytes = encoder.encode(text);
    try {
      for (let at = 0; at < bytes.length;) at += to.writeSync(bytes.subarray(at));
    } catch (error) {
      // Nobody reads any more (`headframe … | head`). What runs goes on; only its voice is gone.
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    }
  }

  function above(to: { writeSync(bytes: Uint8Array): number }, text: string): void {
    if (shown !== "") write(Deno.stderr, CLEAR_LINE);
    write(to, text);
    if (shown !== "") write(Deno.stderr, shown);
  }

  return {
    isWatched,
    print: (text) => above(Deno.stdout, `${text}\n`),
    tell: (line) => above(Deno.stderr, `${line}\n`),
    status(line) {
      if (!isWatched) return;
      const width = columns();
      const next = line.length < width ? line : `${line.slice(0, Math.max(0, width - 2))}…`;
      if (next === shown) return;
      write(Deno.stderr, CLEAR_LINE + next);
      shown = next;
    },
  };
}

function columns(): number {
  try {
    return Deno.consoleSize().columns;
  } catch {
    return 80;
  }
}

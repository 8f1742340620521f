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

/** What a terminal is made of. */
export interface Streams {
  readonly stdout: { writeSync(bytes: Uint8Array): number };
  readonly stderr: { writeSync(bytes: Uint8Array): number };
  /** Standard error is a screen. */
  readonly isWatched: boolean;
  /** Of the screen, in characters; 0 if it does not say. */
  columns(): number;
}

const CLEAR_LINE = "\r\x1b[2K";
const USUAL_COLUMNS = 80;
const encoder = new TextEncoder();

/** The terminal, or files and pipes, that this process was started with. */
export function processTerminal(): Terminal {
  return terminalOn({
    stdout: Deno.stdout,
    stderr: Deno.stderr,
    isWatched: Deno.stderr.isTerminal(),
    columns() {
      try {
        return Deno.consoleSize().columns;
      } catch {
        return 0;
      }
    },
  });
}

/** A terminal on streams. Lines push the status line down, and it is drawn again below them. */
export function terminalOn({ stdout, stderr, isWatched, columns }: Streams): Terminal {
  let shown = "";

  function above(to: Streams["stdout"], text: string): void {
    if (shown !== "") write(stderr, CLEAR_LINE);
    write(to, text);
    if (shown !== "") write(stderr, shown);
  }

  return {
    isWatched,
    print: (text) => above(stdout, `${text}\n`),
    tell: (line) => above(stderr, `${line}\n`),
    status(line) {
      if (!isWatched) return;
      const width = columns() || USUAL_COLUMNS;
      // A line that reached the edge would wrap, and what wrapped could not be taken away.
      const next = line.length < width ? line : `${line.slice(0, width - 2)}…`;
      if (next === shown) return;
      write(stderr, CLEAR_LINE + next);
      shown = next;
    },
  };
}

function write(to: Streams["stdout"], text: string): void {
  const bytes = encoder.encode(text);
  try {
    for (let at = 0; at < bytes.length;) at += to.writeSync(bytes.subarray(at));
  } catch (error) {
    // Nobody reads any more (`headframe … | head`). What runs goes on; only its voice is gone.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

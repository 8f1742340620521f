import { reasonOf } from "../lib/errors.ts";
import { type Fed, Feed } from "./feed.ts";

/** Where a command talks to the person, or program, that started it. */
export interface Terminal {
  /** Someone watches: a status line makes sense. */
  readonly isWatched: boolean;
  /** Whether some of the answer could not be written, and somebody still wants it. */
  readonly hasLost?: boolean;
  /** Whether whoever read the answer has gone, as `headframe … | head` does: no use in going on. */
  readonly isUnread?: boolean;
  /** The answer, to standard output. Never throws, nor does anything here: see `hasLost`. */
  print(text: string): void;
  /**
   * The same for what must not wait for whoever reads: it is written when it can be, and what there is
   * no room for is left out, with a line that says so. Not to be mixed with `print`.
   */
  feed(text: string): void;
  /** Resolves when all that was fed is written, or never if nobody reads it. */
  fed(): Promise<void>;
  /** Everything else, to standard error. */
  tell(line: string): void;
  /** Keeps `line` at the bottom of the screen, if it is watched. Empty: takes it away. */
  status(line: string): void;
}

/** What a terminal is made of. */
export interface Streams {
  readonly stdout: { writeSync(bytes: Uint8Array): number } & Fed;
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
  let hasLost = false;
  let isUnread = false;

  const feed = new Feed(stdout, lost);

  function lost(error: unknown): void {
    // Who closes a pipe (`headframe … | head`) has all he wants.
    if (error instanceof Deno.errors.BrokenPipe) isUnread = true;
    if (isUnread || hasLost) return;
    hasLost = true;
    above(stderr, `headframe: Cannot write to standard output: ${reasonOf(error)}\n`);
  }

  function above(to: Streams["stderr"], text: string): unknown {
    if (shown !== "") write(stderr, CLEAR_LINE);
    const error = write(to, text);
    if (shown !== "") write(stderr, shown);
    return error;
  }

  return {
    isWatched,
    get hasLost() {
      return hasLost;
    },
    get isUnread() {
      return isUnread;
    },
    print(text) {
      const error = above(stdout, `${text}\n`);
      if (error !== undefined) lost(error);
    },
    feed: (text) => feed.push(text),
    fed: () => feed.end(),
    tell: (line) => void above(stderr, `${line}\n`),
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

/** @returns What kept it from being written. */
function write(to: Streams["stderr"], text: string): unknown {
  const bytes = encoder.encode(text);
  try {
    for (let at = 0; at < bytes.length;) at += to.writeSync(bytes.subarray(at));
    return undefined;
  } catch (error) {
    // A full disk, or nobody reads any more. What runs goes on; only its voice is gone.
    return error;
  }
}

import type { Terminal } from "./terminal.ts";

/**
 * A word of base58 that is as long as a secret key, 36 bytes with its checksum, mistyped or not. Public
 * keys have 51 characters, and are for everyone to see; a word of nothing but hexadecimal digits is
 * bytes, as `inspect` prints them, and a key by no chance.
 */
const LIKE_A_SECRET =
  /(?<![0-9A-Za-z])(?![1-9a-f]{47,50}(?![0-9A-Za-z]))[1-9A-HJ-NP-Za-km-z]{47,50}(?![0-9A-Za-z])/g;
const HIDDEN = "(hidden, as it looks like a secret key)";

/**
 * A terminal that shows no secret keys, not even of an operator who gave one where it does not belong:
 * what is on a screen is soon in a log, or in a question to others.
 */
export function hidingSecrets(terminal: Terminal): Terminal {
  return {
    get isWatched() {
      return terminal.isWatched;
    },
    get hasLost() {
      return terminal.hasLost ?? false;
    },
    get isUnread() {
      return terminal.isUnread ?? false;
    },
    print: (text) => terminal.print(hide(text)),
    feed: (text) => terminal.feed(hide(text)),
    fed: () => terminal.fed(),
    tell: (line) => terminal.tell(hide(line)),
    status: (line) => terminal.status(line),
  };
}

function hide(text: string): string {
  return text.replace(LIKE_A_SECRET, HIDDEN);
}

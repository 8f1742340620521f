import type { Terminal } from "./terminal.ts";

/** Characters of a secret key: 36 bytes with its checksum, mistyped or not. Public keys have 51. */
const SHORTEST = 47;
const LONGEST = 50;
const BASE58 = /^[1-9A-HJ-NP-Za-km-z]+$/;
/** Bytes, as `inspect` prints them: no key has nothing but these. */
const HEX = /^[0-9a-f]+$/;
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

/**
 * Looks only at every 47th character where words are short, from its end on: a gigabyte of output must
 * not take longer for this than for all else.
 */
function hide(text: string): string {
  let shown = "";
  let from = 0;
  for (let start = 0; start + SHORTEST <= text.length;) {
    let at = start + SHORTEST - 1;
    while (at >= start && isOfWord(text.charCodeAt(at))) at--;
    if (at >= start) {
      start = at + 1;
      continue;
    }
    let end = start + SHORTEST;
    while (end < text.length && isOfWord(text.charCodeAt(end))) end++;
    const word = end - start <= LONGEST ? text.slice(start, end) : "";
    if (BASE58.test(word) && !HEX.test(word)) {
      shown += text.slice(from, start) + HIDDEN;
      from = end;
    }
    start = end + 1;
  }
  return from === 0 ? text : shown + text.slice(from);
}

function isOfWord(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
}

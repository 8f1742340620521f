/**
 * Text from outside, made safe to show: a peer's name must not move the cursor, colour the line,
 * reverse its direction, start a line of its own, or fill the screen.
 *
 * @module
 */

// Control characters (ESC among them), format characters (direction overrides, zero-width joiners,
// tags), line and paragraph separators, lone surrogates, and code points nobody has defined.
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Co}\p{Cn}]/gu;
const PLAIN = /^[\x20-\x7e]*$/;
const MARK = /\p{M}/u;
/** More marks than this on one letter climb over the lines above it. */
const MARKS_IN_A_ROW = 4;

/**
 * `text` with everything escaped that a terminal or a log viewer could act on, and cut to `limit`
 * characters; the cut tells how many characters are missing.
 *
 * Bytes that were not UTF-8 (kept by `lib/codec/text.ts` as U+DC80..U+DCFF) come out as `\xNN`,
 * everything else unsafe as `\u{NNNN}`.
 *
 * @param text Peer-controlled; a message's string is at most 255 bytes, but any length is taken.
 * @param limit Most characters kept, before escaping.
 */
export function escapeText(text: string, limit = 256): string {
  const cut = text.length > limit;
  const kept = cut ? text.slice(0, limit) : text;
  const safe = calm(kept.replace(UNSAFE, escapeCharacter));
  return cut ? `${safe}…(${text.length - limit} more)` : safe;
}

/** `text` in double quotes, escaped, with its own quotes and backslashes told apart from ours. */
export function quoteText(text: string, limit = 256): string {
  const inner = text.length > limit ? text.slice(0, limit) : text;
  const escaped = calm(
    inner.replace(/["\\]/g, "\\$&").replace(UNSAFE, escapeCharacter),
  );
  return text.length > limit ? `"${escaped}"…(${text.length - limit} more)` : `"${escaped}"`;
}

/** JSON text with everything unsafe written as JSON escapes: the same value, safe to show. */
export function escapeJson(json: string): string {
  return json.replace(
    UNSAFE,
    (character) =>
      Array.from(
        { length: character.length },
        (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`,
      ).join(""),
  );
}

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (character === "\n") return "\\n";
  if (character === "\r") return "\\r";
  if (character === "\t") return "\\t";
  if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, "0")}`;
  if (0xdc80 <= code && code <= 0xdcff) return `\\x${(code & 0xff).toString(16)}`;
  return `\\u{${code.toString(16)}}`;
}

function calm(text: string): string {
  if (PLAIN.test(text)) return text;
  let marks = 0;
  let out = "";
  for (const character of text) {
    marks = MARK.test(character) ? marks + 1 : 0;
    out += marks > MARKS_IN_A_ROW ? escapeCharacter(character) : character;
  }
  return out;
}

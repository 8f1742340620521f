import { filterError } from "./filter_error.ts";

/** A word, a text in quotes, a sign, or the end. */
export interface Token {
  readonly kind: "word" | "text" | "sign" | "end";
  /** What it says, a text without its quotes. */
  readonly text: string;
  /** Where it begins, from 0. */
  readonly at: number;
}

/** Characters of an expression. */
const LONGEST = 4_096;
const TOKEN = /\s*(?:("(?:[^"\\]|\\.)*")|(&&|\|\||[=!<>]=|[!<>~(),])|([^\s"&|=!<>~(),]+))/uy;

/** Cuts an expression into tokens. @throws {OperatorError} At what is none. */
export function tokensOf(source: string): Token[] {
  if (source.length > LONGEST) {
    throw filterError(source, LONGEST, `longer than ${LONGEST} characters`);
  }
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  for (let at = 0;; at = TOKEN.lastIndex) {
    const left = source.slice(at);
    const start = at + left.length - left.trimStart().length;
    if (start === source.length) {
      return [...tokens, { kind: "end", text: "the end", at: start }];
    }
    const match = TOKEN.exec(source);
    if (match === null) throw filterError(source, start, mistakeAt(source.slice(start)));
    const [, quoted, sign, word] = match;
    if (quoted !== undefined) tokens.push({ kind: "text", text: unquoted(quoted), at: start });
    else if (sign !== undefined) tokens.push({ kind: "sign", text: sign, at: start });
    else if (word !== undefined) tokens.push({ kind: "word", text: word, at: start });
  }
}

function mistakeAt(rest: string): string {
  if (rest.startsWith('"')) return "a text that does not end: a quote is missing";
  const [first = ""] = rest;
  const twice: Readonly<Record<string, string>> = { "=": "==", "&": "&&", "|": "||" };
  const meant = twice[first];
  return meant === undefined ? "a character that means nothing" : `${first} alone; write ${meant}`;
}

function unquoted(quoted: string): string {
  return quoted.slice(1, -1).replace(/\\(.)/gu, "$1");
}

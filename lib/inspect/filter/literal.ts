/** What stands on the right of a comparison, as everything that it may be. */
export interface Literal {
  readonly text: string;
  /** A number, in decimal or after `0x`. */
  readonly number: number | undefined;
  /** The same, exactly, where it is a whole one. */
  readonly integer: bigint | undefined;
  /** Bytes in hexadecimal, as digits in lower case. */
  readonly hex: string | undefined;
  /** Whether a whole text is as it says, `*` and `?` standing for any characters and for one. */
  matches(text: string): boolean;
}

const INTEGER = /^(?:0x[0-9a-f]{1,64}|\d{1,80})$/i;
const NUMBER = /^-?\d{1,40}(?:\.\d{0,40})?(?:e[+-]?\d{1,3})?$/i;

/** @param isQuoted Wildcards stand for themselves then. */
export function literalOf(text: string, isQuoted: boolean): Literal {
  const integer = INTEGER.test(text) && !isQuoted ? BigInt(text) : undefined;
  const hex = text.replace(/^0x/i, "").toLowerCase();
  const pattern = isQuoted || !/[*?]/.test(text) ? undefined : patternOf(text);
  const lower = text.toLowerCase();
  return {
    text,
    integer,
    number: integer !== undefined
      ? Number(integer)
      : NUMBER.test(text) && !isQuoted
      ? Number(text)
      : undefined,
    hex: /^(?:[0-9a-f]{2})+$/.test(hex) ? hex : undefined,
    matches: (given) => pattern === undefined ? given.toLowerCase() === lower : pattern(given),
  };
}

/**
 * Whether a text is as `pattern` says. In steps as many as both are long, and not more: a regular
 * expression with many stars could take for ever.
 */
function patternOf(pattern: string): (text: string) => boolean {
  const wanted = [...pattern.toLowerCase()];
  return (given) => {
    const text = [...given.toLowerCase()];
    let [at, from, star, after] = [0, 0, -1, 0];
    while (at < text.length) {
      if (wanted[from] === "*") [star, after] = [from++, at];
      else if (wanted[from] === "?" || (from < wanted.length && wanted[from] === text[at])) {
        from++;
        at++;
      } else if (star >= 0) [from, at] = [star + 1, ++after];
      else return false;
    }
    while (wanted[from] === "*") from++;
    return from === wanted.length;
  };
}

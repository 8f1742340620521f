const CODES = { bold: 1, dim: 2, red: 31, yellow: 33, magenta: 35, cyan: 36 } as const;

/** Colours a text that is safe to show. */
export type Paint = (color: keyof typeof CODES, text: string) => string;

/** @param colors Whether to do it at all. */
export function paintIn(colors: boolean): Paint {
  return colors ? (color, text) => `\x1b[${CODES[color]}m${text}\x1b[0m` : (_, text) => text;
}

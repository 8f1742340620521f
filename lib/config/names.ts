/**
 * One setting has one name, `sharesPerMinute`; every other spelling derives from it.
 *
 * @module
 */

/** `sharesPerMinute` → `shares_per_minute`, as in TOML. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** `sharesPerMinute` → `--shares-per-minute`. */
export function flagName(name: string): string {
  return `--${snakeCase(name).replaceAll("_", "-")}`;
}

/** `pool`, `sharesPerMinute` → `HEADFRAME_POOL_SHARES_PER_MINUTE`. */
export function variableName(command: string, name: string): string {
  return variablePrefix(command) + snakeCase(name).toUpperCase();
}

/** What the environment variables of a command start with: `HEADFRAME_POOL_`. */
export function variablePrefix(command: string): string {
  return `HEADFRAME_${command.toUpperCase().replaceAll("-", "_")}_`;
}

/** The name of `known` that was probably meant by `name`, if one is near enough to be worth saying. */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  const plain = (text: string) => text.toLowerCase().replaceAll(/[-.]/g, "_");
  let best: string | undefined;
  let least = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const steps = distance(plain(name), plain(candidate));
    if (steps < least) [best, least] = [candidate, steps];
  }
  return best;
}

/** Edits that make `b` of `a`: insert, remove, replace, swap two neighbours. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 40 || a.length > 80) return Infinity;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const replace = (last[j - 1] ?? 0) + same;
      const swap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
        ? (before[j - 2] ?? 0) + 1
        : Infinity;
      row.push(Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, replace, swap));
    }
    [before, last] = [last, row];
  }
  return last[b.length] ?? Infinity;
}

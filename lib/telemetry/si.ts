const PREFIXES = ["", "k", "M", "G", "T", "P", "E", "Z"] as const;

/**
 * Three digits that matter, and a prefix: `"3.42 MH/s"`, `"999"`, `"0.0021"`. @param value From 0.
 */
export function formatSi(value: number, unit = ""): string {
  if (!Number.isFinite(value)) return `∞ ${unit}`.trimEnd();
  if (value < 1) return `${Number(value.toPrecision(2))} ${unit}`.trimEnd();
  let scaled = value;
  let prefix = 0;
  // 999.5 would be written as 1000 of the smaller unit.
  while (scaled >= 999.5 && prefix < PREFIXES.length - 1) {
    scaled /= 1_000;
    prefix++;
  }
  const whole = prefix === 0 && Number.isInteger(scaled);
  const digits = whole || scaled >= 99.95 ? 0 : scaled >= 9.995 ? 1 : 2;
  return `${scaled.toFixed(digits)} ${PREFIXES[prefix]}${unit}`.trimEnd();
}

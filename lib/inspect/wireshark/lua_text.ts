const encoder = new TextEncoder();

/**
 * `text` as a string of Lua: whatever is in it, between its quotes stands nothing but printable ASCII.
 */
export function luaText(text: string): string {
  let quoted = "";
  for (const byte of encoder.encode(text)) {
    const character = String.fromCharCode(byte);
    if (character === '"' || character === "\\") quoted += `\\${character}`;
    else if (0x20 <= byte && byte < 0x7f) quoted += character;
    // With all three digits, so that a digit behind it is no part of it.
    else quoted += `\\${String(byte).padStart(3, "0")}`;
  }
  return `"${quoted}"`;
}

/** A table of Lua whose keys are numbers, in the order given. @param values Expressions. */
export function luaTable(values: readonly (readonly [number, string])[]): string {
  return `{ ${values.map(([key, value]) => `[${key}] = ${value}`).join(", ")} }`;
}

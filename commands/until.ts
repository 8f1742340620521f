import { refuse, show } from "../lib/config/kinds.ts";
import type { Setting } from "../lib/config/setting.ts";

/** When to stop: `block:N`, after N accepted blocks. */
export function until(doc: string): Setting<number> {
  const read = (text: string): number => {
    const count = Number(/^block:([1-9]\d{0,8})$/.exec(text)?.[1]);
    return Number.isNaN(count) ? refuse(`must be block:N with N from 1, not ${show(text)}`) : count;
  };
  return {
    doc,
    form: "block:N",
    fromText: read,
    fromToml: (given) =>
      typeof given === "string" ? read(given) : refuse(`must be block:N, not ${show(given)}`),
    toToml: (count) => `block:${count}`,
  };
}

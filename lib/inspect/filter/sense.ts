import { nearestName } from "../../config/names.ts";
import { MESSAGES } from "../../messages/registry.ts";
import { escapeText } from "../../telemetry/escape.ts";
import type { Operator } from "./compare.ts";
import { type Literal, literalOf } from "./literal.ts";
import type { Property } from "./property.ts";

/**
 * Why a comparison can never be true: what it compares are different things. Who writes one made a
 * mistake, and should not look at an empty screen for it.
 *
 * @returns `undefined` if it makes sense.
 */
export function problemOf(
  { name, property, operator, literal }: {
    readonly name: string;
    readonly property: Property;
    readonly operator: Operator;
    readonly literal: Literal;
  },
): string | undefined {
  const given = escapeText(literal.text, 60);
  const isOrder = operator.startsWith("<") || operator.startsWith(">");
  const isEqual = operator === "==" || operator === "!=";
  if (isOrder && property.kind !== "number" && property.kind !== "any") {
    return `${name} has no order: only == and ~ can be asked of it`;
  }
  switch (property.kind) {
    case "number":
      return literal.number === undefined ? `${name} is a number, not ${given}` : undefined;
    case "bytes":
      return literal.hex === undefined
        ? `${name} is bytes in hexadecimal, not ${given}`
        : undefined;
    case "bool":
      return /^(?:true|false)$/i.test(literal.text)
        ? undefined
        : `${name} is true or false, not ${given}`;
    case "text":
      return isEqual && property.words?.some((word) => literal.matches(word)) === false
        ? `${name} is ${property.words.join(" or ")}, not ${given}`
        : undefined;
    case "type":
      return isEqual ? unknownType(literal, given) : undefined;
    case "endpoint":
    case "any":
      return undefined;
  }
}

/** Methods and codes of notes are anyone's, and begin in lower case; messages do not. */
function unknownType(literal: Literal, given: string): string | undefined {
  if (!/^[A-Z]/.test(literal.text)) return undefined;
  const names = MESSAGES.map(({ name }) => name);
  if (names.some((name) => literal.matches(name))) return undefined;
  const near = literalOf(`${literal.text}*`, false);
  const hint = names.some((name) => near.matches(name))
    ? near.text
    : nearestName(literal.text, names);
  return `no message is called ${given}${hint === undefined ? "" : `; did you mean ${hint}?`}`;
}

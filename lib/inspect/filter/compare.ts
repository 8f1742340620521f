import type { Literal } from "./literal.ts";

const OPERATORS = ["==", "!=", "<", "<=", ">", ">=", "~"] as const;

/** How a property is held against a literal; `~` asks whether it contains it. */
export type Operator = typeof OPERATORS[number];

/** Whether a piece of an expression compares two sides. */
export function isOperator(text: string): text is Operator {
  return OPERATORS.some((each) => each === text);
}

/** Whether one of `values` fits; for `!=`, whether there is one and none is equal. */
export function compare(values: readonly unknown[], operator: Operator, literal: Literal): boolean {
  if (operator === "!=") {
    return values.length > 0 && !values.some((value) => fits(value, "==", literal));
  }
  return values.some((value) => fits(value, operator, literal));
}

function fits(value: unknown, operator: Operator, literal: Literal): boolean {
  switch (typeof value) {
    case "number":
      return operator === "~"
        ? String(value).includes(literal.text)
        : isOrdered(value, operator, literal.number, literal);
    case "bigint":
      return isOrdered(value, operator, literal.integer ?? literal.number, literal);
    case "boolean":
      return operator === "==" && literal.matches(String(value));
    case "string":
      return operator === "~"
        ? value.toLowerCase().includes(literal.text.toLowerCase())
        : operator === "==" && literal.matches(value);
    default:
      return value instanceof Uint8Array && hasBytes(value, operator, literal);
  }
}

function isOrdered(
  value: number | bigint,
  operator: Operator,
  other: number | bigint | undefined,
  literal: Literal,
): boolean {
  if (other === undefined) return false;
  switch (operator) {
    case "==":
      // A F32 is never 1.1e12 exactly, but the nearest that a F32 can be.
      return value === other || (typeof value === "bigint" ? value === literal.integer : false) ||
        (typeof value === "number" && typeof other === "number" && value === Math.fround(other));
    case "<":
      return value < other;
    case "<=":
      return value <= other;
    case ">":
      return value > other;
    case ">=":
      return value >= other;
    default:
      return false;
  }
}

/** Bytes are told in the order of the wire; hashes also the way that explorers show them. */
function hasBytes(value: Uint8Array, operator: Operator, { hex }: Literal): boolean {
  if (hex === undefined) return false;
  const isPart = operator === "~";
  if (!isPart && operator !== "==") return false;
  const digits = value.toHex();
  if (isPart ? digits.includes(hex) : digits === hex) return true;
  if (value.length !== 32) return false;
  const reversed = value.toReversed().toHex();
  return isPart ? reversed.includes(hex) : reversed === hex;
}

import type { Field } from "../../codec/field.ts";
import { targetOfDifficulty } from "../../pow/target.ts";

/** A value that was read, or what it should have been. */
export type Parsed = { readonly value: unknown } | { readonly wanted: string };

const INTEGER = /^(?:0x[0-9a-f]{1,64}|\d{1,80})$/i;
const NUMBER = /^(?:-?\d{1,40}(?:\.\d{0,40})?(?:e[+-]?\d{1,3})?|NaN|-?Infinity)$/i;

/**
 * A field's value as a person writes it, and as `--json` prints it: numbers in decimal or after `0x`,
 * bytes and hashes in hexadecimal, lists with commas, `none` for what is absent, `empty` for no bytes
 * in a list.
 */
export function parseValue({ shape, wire }: Field<unknown>, text: string): Parsed {
  switch (shape.kind) {
    case "bool":
      if (/^(?:true|1)$/i.test(text)) return { value: true };
      return /^(?:false|0)$/i.test(text) ? { value: false } : { wanted: "true or false" };
    case "uint": {
      const value = INTEGER.test(text) ? Number(text) : NaN;
      const wanted = `a number from 0 to ${2 ** shape.bits - 1}`;
      return value < 2 ** shape.bits ? { value } : { wanted };
    }
    case "bigint":
      return parseBigint(shape.bits, text);
    case "f32":
      return NUMBER.test(text) ? { value: Math.fround(Number(text)) } : { wanted: "a number" };
    case "hash":
      return /^[0-9a-f]{64}$/i.test(text)
        ? { value: Uint8Array.fromHex(text) }
        : { wanted: "64 hexadecimal digits, in the order of the wire" };
    case "bytes": {
      if (text === "empty") return { value: new Uint8Array() };
      const isHex = /^(?:[0-9a-f]{2})*$/i.test(text) && text.length <= 2 * shape.max;
      const wanted = `hexadecimal digits, two a byte, for at most ${shape.max} bytes`;
      return isHex ? { value: Uint8Array.fromHex(text) } : { wanted };
    }
    case "text": {
      const size = new TextEncoder().encode(text).length;
      return size <= shape.max
        ? { value: text }
        : { wanted: `a text of at most ${shape.max} bytes` };
    }
    case "option":
      return text === "none" ? { value: null } : orNone(parseValue(shape.of, text));
    case "seq":
      return parseList(shape.of, shape.max, wire, text);
  }
}

function parseBigint(bits: 64 | 256, text: string): Parsed {
  const difficulty = /^difficulty:(.+)$/i.exec(text)?.[1];
  if (bits === 256 && difficulty !== undefined) {
    const value = Number(difficulty);
    const isOne = NUMBER.test(difficulty) && value > 0 && value < Infinity;
    return isOne
      ? { value: targetOfDifficulty(value) }
      : { wanted: "difficulty: and a number above 0" };
  }
  // What --json prints is 64 digits of which none need be a letter.
  const isDigits = bits === 256 && /^[0-9a-f]{64}$/i.test(text);
  const isNumber = isDigits || INTEGER.test(text);
  const value = isNumber ? BigInt(isDigits ? `0x${text}` : text) : -1n;
  if (isNumber && BigInt.asUintN(bits, value) === value) return { value };
  return {
    wanted: bits === 64
      ? "a number from 0 to 18446744073709551615"
      : "a number of 256 bits, 64 hexadecimal digits, or difficulty:NUMBER",
  };
}

function parseList(of: Field<unknown>, max: number, wire: string, text: string): Parsed {
  const items = text === "" ? [] : text.split(",");
  if (items.length > max) return { wanted: `${wire} of at most ${max} elements` };
  const values: unknown[] = [];
  for (const item of items) {
    const parsed = parseValue(of, item.trim());
    if ("wanted" in parsed) return { wanted: `a list with commas between, each ${parsed.wanted}` };
    values.push(parsed.value);
  }
  return { value: values };
}

function orNone(parsed: Parsed): Parsed {
  return "wanted" in parsed ? { wanted: `${parsed.wanted}, or none` } : parsed;
}

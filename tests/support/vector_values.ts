import type { Field } from "../../lib/codec/field.ts";
import { type Fields, type Message, specName } from "../../lib/codec/message.ts";

/** A message's value from a vector: names as in the specification, bytes and U256 in wire hex. */
export function valueFromVector(
  message: Message<Fields>,
  fields: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(message.fields)
      .map(([key, field]) => [key, fieldFromVector(field, fields[specName(key, field)])]),
  );
}

export function fieldFromVector(field: Field<unknown>, value: unknown): unknown {
  const { shape } = field;
  switch (shape.kind) {
    case "bool":
    case "uint":
    case "text":
      return value;
    case "f32":
      return Math.fround(Number(value));
    case "hash":
    case "bytes":
      return Uint8Array.fromHex(String(value));
    case "bigint":
      return shape.bits === 64 ? BigInt(String(value)) : fromLittleEndian(String(value));
    case "option":
      return value === null ? null : fieldFromVector(shape.of, value);
    case "seq":
      return (value as unknown[]).map((element) => fieldFromVector(shape.of, element));
    default:
      return shape satisfies never;
  }
}

function fromLittleEndian(hex: string): bigint {
  return BigInt(`0x${Uint8Array.fromHex(hex).reverse().toHex()}`);
}

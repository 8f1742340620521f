import fc from "fast-check";
import type { Field } from "../../lib/codec/field.ts";
import type { Fields, Message } from "../../lib/codec/message.ts";
import { textFromBytes } from "../../lib/codec/text.ts";

/** How far a generated value goes towards its field's limits. */
export interface Extent {
  /** Longest byte string; a field's own limit may be lower. */
  readonly bytes?: number;
  /** Most elements of a sequence; a field's own limit may be lower. */
  readonly elements?: number;
}

/** Values of a message, from the limits that its fields declare. */
export function valuesOf(
  message: Message<Fields>,
  extent: Extent = {},
): fc.Arbitrary<Record<string, unknown>> {
  const fields = Object.entries(message.fields)
    .map(([name, field]) => [name, valuesOfField(field, extent)]);
  return fc.record(Object.fromEntries(fields), { noNullPrototype: true });
}

/** Values of a field. Texts are of any bytes, as on the wire; floats may be what no rate can be. */
export function valuesOfField(
  { shape }: Field<unknown>,
  extent: Extent = {},
): fc.Arbitrary<unknown> {
  const { bytes = 300, elements = 20 } = extent;
  switch (shape.kind) {
    case "bool":
      return fc.boolean();
    case "f32":
      return fc.float();
    case "hash":
      return fc.uint8Array({ minLength: 32, maxLength: 32 });
    case "uint":
      return fc.integer({ min: 0, max: 2 ** shape.bits - 1 });
    case "bigint":
      return fc.bigInt(0n, (1n << BigInt(shape.bits)) - 1n);
    case "text":
      return texts(shape.max);
    case "bytes":
      return fc.uint8Array({ maxLength: Math.min(shape.max, bytes), size: "max" });
    case "option":
      return fc.option(valuesOfField(shape.of, extent));
    case "seq":
      return fc.array(valuesOfField(shape.of, extent), {
        maxLength: Math.min(shape.max, elements),
        size: "max",
      });
    default:
      return shape satisfies never;
  }
}

function texts(max: number): fc.Arbitrary<string> {
  return fc.oneof(
    fc.string({ unit: "grapheme", maxLength: max >> 5 }),
    fc.string({ unit: "grapheme-ascii", maxLength: max, size: "max" }),
    fc.uint8Array({ maxLength: max, size: "max" }).map(textFromBytes),
  );
}

/** The value of fewest bytes, and the one of most, up to a few hundred kilobytes an element. */
export function limitsOf(
  message: Message<Fields>,
): { readonly least: Record<string, unknown>; readonly most: Record<string, unknown> } {
  const fields = Object.entries(message.fields);
  return {
    least: Object.fromEntries(fields.map(([key, field]) => [key, leastOf(field)])),
    most: Object.fromEntries(fields.map(([key, field]) => [key, mostOf(field)])),
  };
}

function leastOf({ shape }: Field<unknown>): unknown {
  switch (shape.kind) {
    case "bool":
      return false;
    case "f32":
    case "uint":
      return 0;
    case "bigint":
      return 0n;
    case "hash":
      return new Uint8Array(32);
    case "text":
      return "";
    case "bytes":
      return new Uint8Array();
    case "option":
      return null;
    case "seq":
      return [];
    default:
      return shape satisfies never;
  }
}

function mostOf({ shape }: Field<unknown>): unknown {
  switch (shape.kind) {
    case "bool":
      return true;
    case "f32":
      return Infinity;
    case "uint":
      return 2 ** shape.bits - 1;
    case "bigint":
      return (1n << BigInt(shape.bits)) - 1n;
    case "hash":
      return new Uint8Array(32).fill(0xff);
    case "text":
      return textFromBytes(new Uint8Array(shape.max).fill(0xff));
    case "bytes":
      return new Uint8Array(Math.min(shape.max, 200_000)).fill(0xff);
    case "option":
      return mostOf(shape.of);
    case "seq": {
      const long = shape.of.maxSize > 2 ** 16;
      return new Array<unknown>(long ? 3 : shape.max).fill(mostOf(shape.of));
    }
    default:
      return shape satisfies never;
  }
}

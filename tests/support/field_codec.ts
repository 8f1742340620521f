import type { Field } from "../../lib/codec/field.ts";
import { message } from "../../lib/codec/message.ts";

/** A message that has only `field`, in hex. */
export interface FieldCodec<T> {
  encode(value: T): string;
  decode(hex: string): T;
}

/** Puts one field on the wire as messages do. */
export function codecOf<T>(field: Field<T>): FieldCodec<T> {
  const one = message({
    name: "One",
    protocol: "common",
    extension: 0,
    id: 0xff,
    channel: false,
    from: "both",
    spec: "3.1",
    doc: "One field",
    fields: { it: field as Field<unknown> },
  });
  return {
    encode: (value) => one.encode({ it: value }).toHex(),
    decode: (hex) => one.decode(Uint8Array.fromHex(hex)).value.it as T,
  };
}

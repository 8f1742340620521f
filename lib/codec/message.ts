/**
 * What a message is. A definition is written once, in `lib/messages/`; its codec, its TypeScript
 * type, where its fields lie, the explanation of a captured payload, the reference in
 * `docs/messages.md` and the values that tests try all derive from it.
 *
 * @module
 */

import { UsageError } from "../errors.ts";
import type { Field } from "./field.ts";
import { type Observer, Reader } from "./reader.ts";
import { MAX_PAYLOAD_SIZE, Writer } from "./writer.ts";

/** By name, in wire order. */
export type Fields = Readonly<Record<string, Field<unknown>>>;

/** A value for each field, under its name. */
export type Values<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never;
};

/** The TypeScript type of a message's value: `type X = ValueOf<typeof X>`. */
export type ValueOf<M> = M extends Message<infer F> ? Values<F> : never;

/**
 * Which part of the specification a message belongs to; `common` is in every protocol, SV2 §3.6.
 */
export type Protocol = "common" | "mining" | "declaration" | "template" | "extensions";

/** A message as it is written down, once, in `lib/messages/`. */
export interface Definition<F extends Fields> {
  /** Name in the specification, such as `"SetupConnection.Success"`. Unique within a protocol. */
  readonly name: string;
  /** `msg_type`, SV2 §8. */
  readonly id: number;
  /** Whether the frame carries the `channel_msg` bit, SV2 §3.2.1. */
  readonly channel: boolean;
  readonly from: "client" | "server" | "both";
  /** Section that defines it; `E1.2` is section 2 of extension 0x0001. */
  readonly spec: string;
  /** What it is for, in a sentence. */
  readonly doc: string;
  readonly fields: F;
}

/** A definition, and where in the numbering of messages it belongs. */
export interface MessageSpec<F extends Fields> extends Definition<F> {
  readonly protocol: Protocol;
  /** `extension_type` without the channel bit; 0 for all of the core, SV2 §3.4.1. */
  readonly extension: number;
}

/** A message that was read, and what came behind it. */
export interface Decoded<F extends Fields> {
  readonly value: Values<F>;
  /** Bytes after the last field, as a view of the payload: TLVs (SV2 §3.4.3), or to be ignored. */
  readonly rest: Uint8Array;
}

/** A message as a value: its description, and the codec that follows from it. */
export interface Message<F extends Fields> extends MessageSpec<F> {
  /** Fewest bytes a payload has. */
  readonly minSize: number;
  /** Most bytes a payload has without TLVs. */
  readonly maxSize: number;
  /**
   * Byte offset in the payload of each field up to and including the first of variable length.
   * @see offsetOf
   */
  readonly offsets: { readonly [K in keyof F]?: number };
  /** The payload. @throws {UsageError} If a value is outside its field's type. */
  encode(value: Values<F>): Uint8Array;
  /** Appends the payload to what `w` has. @throws {UsageError} As {@link Message.encode}. */
  write(w: Writer, value: Values<F>): void;
  /**
   * Reads `payload`, any bytes. Nothing in the value refers to the payload's memory.
   *
   * @param observe Told of each field and element read, also of those before an error.
   * @throws {DecodeError} If it ends early, or a length breaks its limit.
   */
  decode(payload: Uint8Array, observe?: Observer): Decoded<F>;
}

const scratch = new Writer();

/** Declares a message. Everything else about it derives from `spec`. */
export function message<const F extends Fields>(spec: MessageSpec<F>): Message<F> {
  const fields = Object.values(spec.fields);
  const keys = Object.keys(spec.fields);
  const spelled = Object.entries(spec.fields).map(([key, field]) => specName(key, field));
  function write(w: Writer, value: Values<F>): void {
    let i = 0;
    for (const field of fields) field.write(w, value[keys[i++] as keyof F]);
  }
  return {
    ...spec,
    ...sizes(spec.fields),
    write,
    encode(value) {
      scratch.clear();
      write(scratch, value);
      assertPayloadSize(spec.name, scratch.length);
      return scratch.finish();
    },
    decode(payload, observe) {
      const r = new Reader(payload, spec.name, observe);
      const value: Record<string, unknown> = {};
      let i = 0;
      for (const field of fields) {
        const start = r.enter(spelled[i] as string);
        const part = field.read(r);
        r.leave(start, part);
        value[keys[i++] as string] = part;
      }
      return { value: value as Values<F>, rest: r.rest() };
    },
  };
}

/** How the messages of one protocol are declared. */
export function messagesOf(
  protocol: Protocol,
  extension = 0,
): <const F extends Fields>(definition: Definition<F>) => Message<F> {
  return (definition) => message({ ...definition, protocol, extension });
}

/** @throws {UsageError} If no frame can carry a payload of `size` bytes: `msg_length` is a U24. */
export function assertPayloadSize(name: string, size: number): void {
  if (size > MAX_PAYLOAD_SIZE) {
    throw new UsageError(
      `Cannot write ${name} of ${size} bytes: a payload has at most ${MAX_PAYLOAD_SIZE}`,
    );
  }
}

/**
 * Where `field` begins in every payload of `message`, for code too hot to make objects.
 *
 * @throws {UsageError} If a field of variable length comes before it.
 */
export function offsetOf<F extends Fields>(message: Message<F>, field: keyof F & string): number {
  const offset = message.offsets[field];
  if (offset === undefined) {
    throw new UsageError(`Cannot tell the offset of ${message.name}.${field}: it varies`);
  }
  return offset;
}

/** A field's name as the specification spells it: `requestId` → `request_id`. */
export function specName(key: string, field: Field<unknown>): string {
  return field.spelled ?? snakeCase(key);
}

/** `requestId` → `request_id`. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);
}

function sizes<F extends Fields>(
  fields: F,
): { minSize: number; maxSize: number; offsets: { [K in keyof F]?: number } } {
  const offsets: { [K in keyof F]?: number } = {};
  let minSize = 0;
  let maxSize = 0;
  for (const [key, field] of Object.entries(fields)) {
    if (minSize === maxSize) offsets[key as keyof F] = minSize;
    minSize += field.minSize;
    maxSize += field.maxSize;
  }
  return { minSize, maxSize: Math.min(maxSize, MAX_PAYLOAD_SIZE), offsets };
}

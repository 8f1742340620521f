/**
 * The data types of SV2 §3.1 that begin with a length or a count. A peer chooses these numbers, so
 * each is held against its limit and against the bytes that are really there first.
 *
 * @module
 */

import { UsageError } from "../errors.ts";
import type { Extra, Field, FieldOf } from "./field.ts";
import { textFromBytes } from "./text.ts";

/** Text of at most 255 bytes. Any bytes may come and none is lost, UTF-8 or not: see `text.ts`. */
export function str255(doc: string, extra?: Extra): Field<string> {
  return {
    wire: "STR0_255",
    doc,
    ...extra,
    shape: { kind: "text", max: 255 },
    minSize: 1,
    maxSize: 256,
    read: (r) => textFromBytes(r.view(r.u8())),
    write(w, value) {
      const lengthAt = w.length;
      w.u8(0);
      const length = w.text(value);
      assertLength("STR0_255", length, 255);
      w.patchU8(lengthAt, length);
    },
  };
}

/** At most 32 bytes, behind a length of one byte; a copy, here and below. */
export const b032: FieldOf<Uint8Array> = bytes("B0_32", 8, 32);
/** At most 255 bytes, behind a length of one byte. */
export const b0255: FieldOf<Uint8Array> = bytes("B0_255", 8, 2 ** 8 - 1);
/** At most 65,535 bytes, behind a length of two bytes. */
export const b064k: FieldOf<Uint8Array> = bytes("B0_64K", 16, 2 ** 16 - 1);
/** At most 16,777,215 bytes, behind a length of three bytes. */
export const b016m: FieldOf<Uint8Array> = bytes("B0_16M", 24, 2 ** 24 - 1);

/** A value that may be absent: a sequence of at most one. Any other count is malformed. */
export function option<T>(of: Field<T>): Field<T | null> {
  return {
    ...about(of),
    wire: `OPTION[${of.wire}]`,
    shape: { kind: "option", of },
    minSize: 1,
    maxSize: 1 + of.maxSize,
    read(r) {
      const count = r.u8();
      if (count > 1) throw r.error("too-long");
      return count === 0 ? null : of.read(r);
    },
    write(w, value) {
      w.u8(value === null ? 0 : 1);
      if (value !== null) of.write(w, value);
    },
  };
}

/** At most 255 elements, which may be of variable length. */
export function seq255<T>(of: Field<T>): Field<readonly T[]> {
  return sequence("SEQ0_255", 8, of);
}

/** At most 65,535 elements, which may be of variable length. */
export function seq64k<T>(of: Field<T>): Field<readonly T[]> {
  return sequence("SEQ0_64K", 16, of);
}

function bytes(wire: string, prefix: 8 | 16 | 24, max: number): FieldOf<Uint8Array> {
  const length = `u${prefix}` as const;
  return (doc, extra) => ({
    wire,
    doc,
    ...extra,
    shape: { kind: "bytes", max },
    minSize: prefix / 8,
    maxSize: prefix / 8 + max,
    read(r) {
      const size = r[length]();
      if (size > max) throw r.error("too-long");
      return r.copy(size);
    },
    write(w, value) {
      assertLength(wire, value.length, max);
      w[length](value.length);
      w.bytes(value);
    },
  });
}

function sequence<T>(kind: string, prefix: 8 | 16, of: Field<T>): Field<readonly T[]> {
  const count = `u${prefix}` as const;
  const max = 2 ** prefix - 1;
  const wire = `${kind}[${of.wire}]`;
  return {
    ...about(of),
    wire,
    shape: { kind: "seq", max, of },
    minSize: prefix / 8,
    maxSize: prefix / 8 + max * of.maxSize,
    read(r) {
      const length = r[count]();
      if (length * of.minSize > r.remaining) throw r.error("truncated");
      const values: T[] = [];
      for (let i = 0; i < length; i++) {
        const start = r.enter(i);
        const value = of.read(r);
        r.leave(start, value);
        values.push(value);
      }
      return values;
    },
    write(w, values) {
      assertLength(wire, values.length, max);
      w[count](values.length);
      for (const value of values) of.write(w, value);
    },
  };
}

function about(of: Field<unknown>): { doc: string; unit?: string; spelled?: string } {
  const { doc, unit, spelled } = of;
  return {
    doc,
    ...(unit === undefined ? {} : { unit }),
    ...(spelled === undefined ? {} : { spelled }),
  };
}

function assertLength(wire: string, length: number, max: number): void {
  if (length > max) throw new UsageError(`Cannot write ${wire} of ${length}: the limit is ${max}`);
}

/**
 * The data types of SV2 §3.1 as values. A field knows its wire name, its limits, and how to read
 * and write itself; codecs, TypeScript types, `inspect`, the reference and the tests' generators all
 * derive from it. Reading throws a `DecodeError` for bytes that break the type; writing throws a
 * `UsageError` for a value outside it. The types of variable length are in `sequence.ts`.
 *
 * @module
 */

import { UsageError } from "../errors.ts";
import { u64At } from "./bytes_at.ts";
import type { Reader } from "./reader.ts";
import type { Writer } from "./writer.ts";

/** What a field may hold, as data. Generators switch over it exhaustively. */
export type Shape =
  | { readonly kind: "bool" | "f32" | "hash" }
  | { readonly kind: "uint"; readonly bits: 8 | 16 | 24 | 32 }
  | { readonly kind: "bigint"; readonly bits: 64 | 256 }
  | { readonly kind: "text" | "bytes"; readonly max: number }
  | { readonly kind: "option"; readonly of: Field<unknown> }
  | { readonly kind: "seq"; readonly max: number; readonly of: Field<unknown> };

/**
 * A field of a message: its type on the wire, and what it means. Reading takes any bytes, and throws
 * a {@link DecodeError} for those that are none; writing a {@link UsageError} for what does not fit.
 */
export interface Field<T> extends Extra {
  /** Name in SV2 §3.1, such as `"STR0_255"`. */
  readonly wire: string;
  readonly doc: string;
  readonly shape: Shape;
  /** Fewest bytes on the wire. */
  readonly minSize: number;
  /** Most bytes on the wire; the same as `minSize` if the length is fixed. */
  readonly maxSize: number;
  read(r: Reader): T;
  write(w: Writer, value: T): void;
}

/** What a field may say about itself beyond its meaning. */
export interface Extra {
  readonly unit?: string;
  /** The specification's spelling, where it is not the key in snake case. */
  readonly spelled?: string;
}

/** A kind of field, to be given its meaning: `u32("First usable nTime")`. */
export type FieldOf<T> = (doc: string, extra?: Extra) => Field<T>;

/** One byte of which only bit 0 counts; written as 0 or 1. */
export function bool(doc: string, extra?: Extra): Field<boolean> {
  return {
    wire: "BOOL",
    doc,
    ...extra,
    shape: { kind: "bool" },
    ...fixed(1),
    read: (r) => (r.u8() & 1) === 1,
    write: (w, value) => w.u8(value ? 1 : 0),
  };
}

/** One byte, `[0, 2^8)`. */
export const u8: FieldOf<number> = uint(8);
/** Two bytes, `[0, 2^16)`. */
export const u16: FieldOf<number> = uint(16);
/** Three bytes, `[0, 2^24)`. */
export const u24: FieldOf<number> = uint(24);
/** Four bytes, `[0, 2^32)`. */
export const u32: FieldOf<number> = uint(32);

/** IEEE 754 single; SV2 uses it without listing it in §3.1. May be NaN, infinite or negative. */
export function f32(doc: string, extra?: Extra): Field<number> {
  return {
    wire: "F32",
    doc,
    ...extra,
    shape: { kind: "f32" },
    ...fixed(4),
    read: (r) => r.f32(),
    write: (w, value) => w.f32(value),
  };
}

/** Eight bytes, `[0, 2^64)`: more than a number holds exactly, so a bigint. */
export function u64(doc: string, extra?: Extra): Field<bigint> {
  return {
    wire: "U64",
    doc,
    ...extra,
    shape: { kind: "bigint", bits: 64 },
    ...fixed(8),
    read: (r) => r.u64(),
    write(w, value) {
      assertBits(value, 64);
      w.u64(value);
    },
  };
}

/** A 256-bit integer, for what is compared: targets. Hashes are {@link hash}. */
export function u256(doc: string, extra?: Extra): Field<bigint> {
  return {
    wire: "U256",
    doc,
    ...extra,
    shape: { kind: "bigint", bits: 256 },
    ...fixed(32),
    read(r) {
      // All of it at once, so that an error tells where the number begins.
      const bytes = r.view(32);
      return u64At(bytes, 0) | u64At(bytes, 8) << 64n | u64At(bytes, 16) << 128n |
        u64At(bytes, 24) << 192n;
    },
    write(w, value) {
      assertBits(value, 256);
      for (let shift = 0n; shift < 256n; shift += 64n) w.u64(BigInt.asUintN(64, value >> shift));
    },
  };
}

/**
 * A U256 that is a hash: its 32 bytes as SHA-256 gave them, which is the order in block headers.
 */
export function hash(doc: string, extra?: Extra): Field<Uint8Array> {
  return {
    wire: "U256",
    doc,
    ...extra,
    shape: { kind: "hash" },
    ...fixed(32),
    read: (r) => r.copy(32),
    write(w, value) {
      if (value.length !== 32) {
        throw new UsageError(`Cannot write ${value.length} bytes as U256: it has 32`);
      }
      w.bytes(value);
    },
  };
}

function uint(bits: 8 | 16 | 24 | 32): FieldOf<number> {
  const method = `u${bits}` as const;
  const end = 2 ** bits;
  return (doc, extra) => ({
    wire: `U${bits}`,
    doc,
    ...extra,
    shape: { kind: "uint", bits },
    ...fixed(bits / 8),
    read: (r) => r[method](),
    write(w, value) {
      if (!Number.isInteger(value) || value < 0 || value >= end) {
        throw new UsageError(`Cannot write ${value} as U${bits}`);
      }
      w[method](value);
    },
  });
}

function assertBits(value: bigint, bits: number): void {
  if (BigInt.asUintN(bits, value) !== value) {
    throw new UsageError(`Cannot write ${value} as U${bits}`);
  }
}

function fixed(size: number): { minSize: number; maxSize: number } {
  return { minSize: size, maxSize: size };
}

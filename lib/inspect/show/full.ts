import { displayHash } from "../../bitcoin/header.ts";
import type { Field } from "../../codec/field.ts";
import { quoteText } from "../../telemetry/escape.ts";
import { utc } from "../../time.ts";
import type { FrameEntry } from "../entry.ts";
import { fieldText } from "./line.ts";
import { shortTlv, shortValue } from "./short.ts";

/**
 * A value as it stands beside its bytes: nothing is left out but what the bytes show already.
 *
 * @param path As `explain` tells it: `merkle_path[3]`, `tlv[0]`, `rest`.
 */
export function fullValue(
  { entry, path, value, field }: {
    readonly entry: FrameEntry;
    readonly path: string;
    readonly value: unknown;
    readonly field: Field<unknown> | undefined;
  },
): string {
  const [name = ""] = path.split("[");
  if (field === undefined) {
    const tlv = entry.tlvs[Number(/^tlv\[(\d+)\]$/.exec(path)?.[1])];
    return tlv === undefined ? countText(value) : shortTlv(tlv);
  }
  const { shape, unit } = field;
  if (Array.isArray(value)) return value.length === 1 ? "1 element" : `${value.length} elements`;
  if (typeof value === "string") return quoteText(value);
  if (value instanceof Uint8Array) {
    return shape.kind === "hash" ? displayHash(value) : countText(value);
  }
  if (typeof value === "bigint" && shape.kind === "bigint" && shape.bits === 256) {
    return `${value.toString(16).padStart(64, "0")} (${shortValue(name, field, value)})`;
  }
  if (typeof value === "number" && unit === "Unix s") return `${value} (${utc(value)})`;
  const text = fieldText(entry, { name, field, value });
  const isSame = text === String(value) || typeof value !== "number" || shape.kind === "f32";
  return isSame ? text : `${value} (${text})`;
}

function countText(value: unknown): string {
  if (!(value instanceof Uint8Array)) return "";
  return value.length === 1 ? "1 byte" : `${value.length} bytes`;
}

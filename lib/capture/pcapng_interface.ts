import { DecodeError } from "../errors.ts";
import { file16, file32 } from "./byte_order.ts";
import { TimeScale } from "./timestamps.ts";

/** What an interface description block of pcapng says that matters for reading packets. */
export interface Interface {
  /** LINKTYPE_… number. */
  readonly linkType: number;
  /** Most bytes that are kept of a packet; infinite where there is no limit. */
  readonly snapLength: number;
  readonly scale: TimeScale;
}

/** Numbers of the options that matter. */
export const OPTION = { end: 0, name: 2, timeResolution: 9, timeOffset: 14 } as const;
const FIXED = 8;
const MICROSECONDS = 6;

/**
 * @param body Of the block: everything between its two lengths.
 * @param offset Where that begins in the capture, for errors.
 * @throws {DecodeError} If the options do not fit.
 */
export function readInterface(body: Uint8Array, littleEndian: boolean, offset: number): Interface {
  const damage = (at: number, detail: string) =>
    new DecodeError("malformed", "pcapng.interface", offset + at, { detail });
  if (body.length < FIXED) throw damage(body.length, "an interface's description is too short");
  let resolution = MICROSECONDS;
  let offsetSeconds = 0;
  for (let at = FIXED; at + 4 <= body.length;) {
    const code = file16(body, at, littleEndian);
    if (code === OPTION.end) break;
    const length = file16(body, at + 2, littleEndian);
    const next = at + 4 + Math.ceil(length / 4) * 4;
    if (next > body.length) throw damage(at, "an interface's option is longer than its block");
    if (code === OPTION.timeResolution && length === 1) resolution = body[at + 4] ?? MICROSECONDS;
    if (code === OPTION.timeOffset && length === 8) {
      offsetSeconds = signed64(body, at + 4, littleEndian);
    }
    at = next;
  }
  const snapLength = file32(body, 4, littleEndian);
  return {
    linkType: file16(body, 0, littleEndian),
    snapLength: snapLength === 0 ? Infinity : snapLength,
    scale: new TimeScale(resolution, offsetSeconds),
  };
}

function signed64(bytes: Uint8Array, at: number, littleEndian: boolean): number {
  const [low, high] = littleEndian ? [at, at + 4] : [at + 4, at];
  return (file32(bytes, high, littleEndian) | 0) * 2 ** 32 + file32(bytes, low, littleEndian);
}

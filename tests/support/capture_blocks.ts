import type { CaptureBlock, CaptureReader } from "../../lib/capture/capture.ts";
import { DecodeError } from "../../lib/errors.ts";

/** What a reader made of a capture. */
export interface ReadBlocks {
  /** Copies of them. */
  readonly blocks: CaptureBlock[];
  /** What it threw, if it did: the code, and the message. */
  readonly error?: readonly [DecodeError["code"], string];
}

/** Has a reader read all of a capture in pieces of `size`. Throws what is no {@link DecodeError}. */
export function readBlocks(
  reader: CaptureReader,
  bytes: Uint8Array,
  size: number = bytes.length,
): ReadBlocks {
  const blocks: CaptureBlock[] = [];
  try {
    for (let at = 0; at < bytes.length; at += size) {
      // A copy that is wiped afterwards: nothing may rest on the caller's bytes.
      const chunk = bytes.slice(at, at + size);
      reader.push(chunk, (block) => blocks.push(copyOf(block)));
      chunk.fill(0xee);
    }
    reader.end();
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return { blocks, error: [error.code, error.message] };
  }
  return { blocks };
}

/** What `work` threw, which must be a {@link DecodeError}. */
export function decodeErrorOf(work: () => void): DecodeError {
  try {
    work();
  } catch (error) {
    if (error instanceof DecodeError) return error;
    throw error;
  }
  throw new Error("Nothing was thrown");
}

function copyOf(block: CaptureBlock): CaptureBlock {
  if (block.type === "secrets") return { ...block, bytes: block.bytes.slice() };
  return { type: "packet", packet: { ...block.packet, bytes: block.packet.bytes.slice() } };
}

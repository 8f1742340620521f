import type { Direction } from "../../capture/capture.ts";
import { DecodeError } from "../../errors.ts";
import type { Frame } from "../../frame/frame.ts";
import type { Room } from "../../inspect/dissect/room.ts";
import { frameBytes } from "../../inspect/frame_bytes.ts";
import { Outbox } from "../../session/outbox.ts";
import { ReadBuffer } from "../../session/read_buffer.ts";
import type { End } from "./end.ts";
import { Ended } from "./ended.ts";
import type { SealedEnd } from "./handshake.ts";

const TOO_MUCH = "there is no room for its frame: too many are unfinished on all connections";

/** What was sealed between the client and us, and what was in it. */
export interface Pumped {
  readonly direction: Direction;
  /** Good during the call only. */
  readonly sealed: Uint8Array;
  readonly frames: readonly Frame[];
  readonly isBroken: boolean;
}

/**
 * Takes frames from one end to the other, as they are: opened with one session's key, sealed with the
 * other's. While the other end does not read, this one is not read from.
 *
 * @param room Where unfinished frames are counted, of all connections.
 * @param onPumped Told before it goes on its way.
 * @throws {Ended} When it is over, and never otherwise.
 */
export async function pumpFrames(
  direction: Direction,
  { from, to, room, onPumped }: {
    readonly from: SealedEnd;
    readonly to: SealedEnd;
    readonly room: Room;
    readonly onPumped: (pumped: Pumped) => void;
  },
): Promise<never> {
  const buffer = new ReadBuffer();
  const outbox = new Outbox();
  let unfinished = 0;
  try {
    for (;;) {
      const length = await from.end.read(buffer.bytes);
      const chunk = buffer.bytes.subarray(0, length);
      const frames: Frame[] = [];
      const fault = open(from, chunk, (frame) => {
        frames.push(frame);
        outbox.push(frameBytes(frame));
      });
      const sealed = outbox.length === 0 ? undefined : outbox.seal(to.sealer);
      const isBroken = fault !== undefined;
      if (direction === "up") onPumped({ direction, sealed: chunk, frames, isBroken });
      else if (sealed !== undefined) {
        onPumped({ direction, sealed, frames, isBroken: false });
      }
      buffer.adapt(length);
      // What came before the fault was meant for the other end.
      if (sealed !== undefined) await to.end.write(sealed);
      if (fault !== undefined) throw fault;
      if (frames.length > 0) {
        room.give(unfinished);
        unfinished = 0;
      } else if (room.take(length)) unfinished += length;
      else throw new Ended(from.end.of, TOO_MUCH, { isFault: true });
    }
  } finally {
    room.give(unfinished);
    outbox.clear();
  }
}

/** Takes bytes from one end to the other. @throws {Ended} When it is over, and never otherwise. */
export async function pumpBytes(
  { from, to, onBytes }: {
    readonly from: End;
    readonly to: End;
    readonly onBytes: (bytes: Uint8Array) => void;
  },
): Promise<never> {
  const buffer = new ReadBuffer();
  for (;;) {
    const length = await from.read(buffer.bytes);
    const bytes = buffer.bytes.subarray(0, length);
    onBytes(bytes);
    await to.write(bytes);
    buffer.adapt(length);
  }
}

/** @param deliver What it is given is its own. @returns What is wrong with what came. */
function open(
  { end, opener }: SealedEnd,
  chunk: Uint8Array,
  deliver: (frame: Frame) => void,
): Ended | undefined {
  try {
    opener.push(chunk, (frame) => deliver({ ...frame, payload: frame.payload.slice() }));
    return undefined;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    const what = error.code === "unauthentic"
      ? "what it sends does not decrypt: it does not speak Stratum V2, or something between changes it"
      : error.message;
    return new Ended(end.of, what, { isFault: true });
  }
}

import type { Direction } from "../../capture/capture.ts";
import type { Frame } from "../../frame/frame.ts";
import type { FrameHeader } from "../../frame/header.ts";
import { messageOf } from "../../messages/registry.ts";
import type { Findings } from "./findings.ts";

/** Why the payload of a frame is not to be had, though its header was read. */
export type Loss = "gap" | "unauthentic" | "too-large";

/** Who hears what was read of one direction. */
export interface FrameListener {
  /** @param frame Its payload is the listener's to keep. */
  frame(frame: Frame): void;
  lost(header: FrameHeader, why: Loss): void;
}

const LOSSES: Readonly<Record<Loss, readonly [code: string, why: string]>> = {
  "gap": ["frame-lost", "parts of it are not in the capture"],
  "unauthentic": ["undecryptable", "the capture has other bytes of it than were sent"],
  "too-large": ["frame-too-large", "too many unfinished frames came before it"],
};

/** Tells what is read in one direction: frames as they are, and of those that are lost a note. */
export function listenerFor(direction: Direction, findings: Findings): FrameListener {
  return {
    frame: (frame) => findings.frame(direction, frame),
    lost({ extensionType, msgType, msgLength }, loss) {
      const name = messageOf(extensionType, msgType)?.name ??
        `message 0x${msgType.toString(16).padStart(2, "0")}`;
      const [code, why] = LOSSES[loss];
      findings.note({
        direction,
        code,
        text: `${name} with a payload of ${msgLength} bytes cannot be shown: ${why}`,
        facts: { ext: extensionType, type: msgType, name, payload_bytes: msgLength },
      });
    },
  };
}

import { FRAMES_LIMIT, open, openFrames, seal, sealFrames } from "../kernel/aead.ts";
import type { Aead } from "./aead.ts";
import { nativeAead } from "./crypto.ts";

/** The kernel's: no time to start, ten times as fast as the platform on a share. */
export const KERNEL: Aead = {
  seal,
  open,
  frames: { limit: FRAMES_LIMIT, seal: sealFrames, open: openFrames },
};

/** Bytes of text from which on the platform is faster than the kernel; `transport_bench.ts`. */
const LONG = 4_096;

const native = nativeAead();

/** What is used where nothing else is said: for each text the faster one. */
export const AEAD: Aead = {
  seal(key, counter, associated, plaintext, into, at): void {
    const aead = plaintext.length < LONG ? KERNEL : native;
    aead.seal(key, counter, associated, plaintext, into, at);
  },
  open(key, counter, associated, sealed, into, at): boolean {
    const aead = sealed.length < LONG ? KERNEL : native;
    return aead.open(key, counter, associated, sealed, into, at);
  },
  ...KERNEL.frames && { frames: KERNEL.frames },
};

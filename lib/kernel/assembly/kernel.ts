// The kernel: what is hot, as one WebAssembly module in AssemblyScript.
//
//   sha256.ts    SHA-256 of one message; what the hashing of several at once is made of
//   unrolled     SHA-256 of four or eight messages at once: written by scripts/kernel_unroll.ts
//   areas.ts     the memory in which that computes, and what is constant in it
//   single.ts    hashes of one message, the fold of a merkle path
//   scan.ts      the search of a header's nonces
//   shares.ts    hashes of shares by the batch: coinbase, merkle path, header
//   chacha20.ts, poly1305.ts, aead.ts   sealing and opening of texts and frames
//   lanes.ts     what all that works on vectors shares
//
// `deno task kernel` builds ../kernel.wasm, `deno task kernel --check` says whether it is what these
// sources make. The wrappers in the folder above are its only users; every test of theirs compares it
// with @noble.
//
// Memory, 33 MiB and a page, never grows:
//
//   0          what each file sets aside with memory.data(): inputs, outputs, tables, scratch
//   ARENA      1 MiB: slots of jobs, dealt out by ../arena.ts, 32 MiB
//   the end    64 KiB that may be read beyond the last slot
//
// Inputs and outputs are at addresses that are exported; a wrapper copies in, calls, copies out. There is
// nothing else to a call: no allocation, no state but slots and what is said to stay.

import { layAreas } from "./areas";
import { layPadding64 } from "./sha256";

export {
  ASSOCIATED,
  ASSOCIATED_SIZE,
  openedSize,
  openFrames,
  openStopped,
  openText,
  sealFrames,
  sealText,
  TEXT_IN,
  TEXT_OUT,
  TEXT_SIZE,
} from "./aead";
export { KEY } from "./chacha20";
export { scan, SCAN_FOUND, SCAN_HEADER, SCAN_TARGET, scanLength } from "./scan";
export {
  ARENA,
  ARENA_SIZE,
  EXTENDED,
  hashShares,
  laySlot,
  RESULTS,
  RESULTS_LIMIT,
  SHARE_EXTRANONCE,
  SHARE_EXTRANONCE_SIZE,
  SHARE_N_BITS,
  SHARE_NONCE,
  SHARE_PREV_HASH,
  SHARE_RESULT,
  SHARE_ROOT,
  SHARE_SIZE,
  SHARE_SLOT,
  SHARE_TIME,
  SHARE_VERSION,
  SHARES_LIMIT,
  SLOT_FIXED,
  SLOT_PATH,
  SLOT_PREV_HASH,
  STANDARD,
} from "./shares";
export {
  absorbMessage,
  beginMessage,
  DIGEST,
  finishMessage,
  foldMessage,
  MESSAGE,
  MESSAGE_SIZE,
} from "./single";

layPadding64();
layAreas();

/** Where what is set aside ends; has to be below ARENA. */
export const END: usize = __heap_base;

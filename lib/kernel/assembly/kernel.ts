import { layDigestPadding } from "./digest";
import { layWideConstants } from "./scan_wide";
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
layDigestPadding();
layWideConstants();

import { layDigestPadding } from "./digest";
import { layPadding64 } from "./sha256";
export { scan, scanLength, SCAN_FOUND, SCAN_HEADER, SCAN_TARGET } from "./scan";

layPadding64();
layDigestPadding();

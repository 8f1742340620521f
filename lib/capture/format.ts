import { DecodeError } from "../errors.ts";
import { file32, net16 } from "./byte_order.ts";
import type { CaptureReader } from "./capture.ts";
import { isPcap, PcapReader } from "./pcap.ts";
import { isPcapng, PcapngReader } from "./pcapng.ts";

/** Bytes of a file's beginning from which {@link readerFor} tells all it can. */
export const TELLING_BYTES = 64;
const MAGIC_SIZE = 4;

/** What files are that people take for captures: how they begin, in hexadecimal, and what to do. */
const OTHERS: readonly (readonly [string, string])[] = [
  ["1f8b", "it is compressed by gzip; decompress it first"],
  ["28b52ffd", "it is compressed by zstd; decompress it first"],
  ["fd377a585a00", "it is compressed by xz; decompress it first"],
  ["425a68", "it is compressed by bzip2; decompress it first"],
  ["04224d18", "it is compressed by lz4; decompress it first"],
  ["504b0304", "it is a ZIP archive; take the capture out of it first"],
  ["34cdb2a1", "it is pcap as changed by Kuznetzov; `editcap -F pcapng` converts it"],
  ["a1b2cd34", "it is pcap as changed by Kuznetzov; `editcap -F pcapng` converts it"],
  ["736e6f6f70000000", "it is a capture of snoop; `editcap -F pcapng` converts it"],
  ["62746e6f6f7000", "it is a capture of Bluetooth"],
  ["474d4255", "it is a capture of Microsoft's Network Monitor; `editcap -F pcapng` converts it"],
  ["52545353", "it is a capture of Microsoft's Network Monitor; `editcap -F pcapng` converts it"],
  ["4d444d50", "it is a memory dump of Windows"],
  ["7f454c46", "it is a program"],
  ["fffe", "it is text in UTF-16, as PowerShell's `>` writes; write the capture with `-w FILE`"],
];

const TEXTS: readonly (readonly [RegExp, string])[] = [
  [/^SV2_(?:CLIENT_TO_SERVER|SERVER_TO_CLIENT) /, "it is a key log; the capture is another file"],
  [/^(?:CLIENT_RANDOM|CLIENT_HANDSHAKE_TRAFFIC_SECRET) /, "it is a key log of TLS, and no capture"],
  [/^\s*[{[]/, "it is text, JSON by its looks, and no capture"],
  [/^\s*</, "it is text, HTML or XML by its looks, and no capture"],
  [/^\d\d:\d\d:\d\d\.\d+ /, "it is what tcpdump prints; have it write a capture with `-w FILE`"],
  [/^/, "it is text, and no capture"],
];

/**
 * The reader for a capture that begins with these bytes.
 *
 * @param first At least 4 bytes, and {@link TELLING_BYTES} if there are as many: a short beginning of
 * something else is described less well.
 * @returns `undefined` if it takes more bytes to tell.
 * @throws {DecodeError} If it is no capture, or none that can be read; it says what it is instead.
 */
export function readerFor(first: Uint8Array, isAll: boolean): CaptureReader | undefined {
  if (first.length >= MAGIC_SIZE) {
    if (isPcap(first)) return new PcapReader();
    if (isPcapng(first)) return new PcapngReader();
  }
  if (first.length < TELLING_BYTES && !isAll) return undefined;
  throw new DecodeError(first.length < MAGIC_SIZE ? "truncated" : "malformed", "capture", 0, {
    detail: describe(first),
  });
}

function describe(first: Uint8Array): string {
  if (first.length === 0) return "it is empty";
  const hex = first.toHex();
  for (const [magic, what] of OTHERS) if (hex.startsWith(magic)) return what;
  const text = textOf(first);
  if (text !== undefined) {
    for (const [pattern, what] of TEXTS) {
      if (pattern.test(text)) return what;
    }
  }
  if (looksLikeErf(first)) {
    return "it looks like a capture of Endace (ERF); `editcap -F pcapng` converts it";
  }
  return "it is neither pcap nor pcapng";
}

/** The bytes as text, if they may be some; the last character may be cut. */
function textOf(first: Uint8Array): string | undefined {
  const text = new TextDecoder().decode(first);
  const whole = text.endsWith("\ufffd") && first.length === TELLING_BYTES
    ? text.slice(0, -1)
    : text;
  // deno-lint-ignore no-control-regex
  return /[\x00-\x08\x0e-\x1a\x1c-\x1f\ufffd]/.test(whole) ? undefined : whole;
}

/** ERF has no magic: a time in seconds since 1970, a type, and a record's length, all plausible. */
function looksLikeErf(first: Uint8Array): boolean {
  const seconds = file32(first, 4, true);
  const type = (first[8] ?? 0) & 0x7f;
  const recordLength = net16(first, 10);
  return 1e9 < seconds && seconds < 2.5e9 && 0 < type && type <= 48 &&
    24 <= recordLength && recordLength <= 2 ** 16 - 1;
}

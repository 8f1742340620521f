/** Bytes of a frame's header. */
const HEADER_SIZE = 6;

/** A line of bytes. */
export interface ByteRow {
  /** What stands before it: the place in the payload in hexadecimal. */
  readonly label: string;
  /** Where in the frame it begins. */
  readonly start: number;
  readonly bytes: readonly number[];
}

/** Lines of a frame: one for its header, as fields are counted from the payload's beginning. */
export function byteRows(hex: string, width: number): ByteRow[] {
  const rows: ByteRow[] = [];
  const size = hex.length / 2;
  for (let start = 0; start < size;) {
    const end = start < HEADER_SIZE ? HEADER_SIZE : start + width;
    const digits = hex.slice(2 * start, 2 * end);
    rows.push({
      label: start < HEADER_SIZE ? "header" : (start - HEADER_SIZE).toString(16).padStart(4, "0"),
      start,
      bytes: (digits.match(/../g) ?? []).map((byte) => parseInt(byte, 16)),
    });
    start = end;
  }
  return rows;
}

/** Line that a byte is in. */
export function rowOfByte(offset: number, width: number): number {
  return offset < HEADER_SIZE ? 0 : 1 + Math.floor((offset - HEADER_SIZE) / width);
}

/** A byte as a letter, where it is one of ASCII. */
export function letterOf(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·";
}

/**
 * The key by which the segments of a connection are found: see {@link Path}.
 *
 * @module
 */

import { addressText } from "./address.ts";
import { net16 } from "./byte_order.ts";
import type { Endpoint, Path } from "./capture.ts";

/**
 * @param addresses Of a packet of IPv4: source and destination from `at` on, as the header has them.
 * @param ports Both, as one number of 32 bits, as the TCP header has them.
 */
export function ipv4Path(addresses: Uint8Array, at: number, ports: number): Path {
  return String.fromCharCode(
    net16(addresses, at),
    net16(addresses, at + 2),
    net16(addresses, at + 4),
    net16(addresses, at + 6),
    ports >>> 16,
    ports & 0xffff,
  );
}

/** The same of a packet of IPv6. */
export function ipv6Path(addresses: Uint8Array, at: number, ports: number): Path {
  return String.fromCharCode(
    net16(addresses, at),
    net16(addresses, at + 2),
    net16(addresses, at + 4),
    net16(addresses, at + 6),
    net16(addresses, at + 8),
    net16(addresses, at + 10),
    net16(addresses, at + 12),
    net16(addresses, at + 14),
    net16(addresses, at + 16),
    net16(addresses, at + 18),
    net16(addresses, at + 20),
    net16(addresses, at + 22),
    net16(addresses, at + 24),
    net16(addresses, at + 26),
    net16(addresses, at + 28),
    net16(addresses, at + 30),
    ports >>> 16,
    ports & 0xffff,
  );
}

/** The same way back. */
export function wayBack(path: Path): Path {
  const units = addressUnits(path);
  return path.slice(units, 2 * units) + path.slice(0, units) +
    path.charAt(2 * units + 1) + path.charAt(2 * units);
}

/** Where it comes from. */
export function sourceOf(path: Path): Endpoint {
  const units = addressUnits(path);
  const bytes = new Uint8Array(2 * units);
  for (let i = 0; i < units; i++) {
    const unit = path.charCodeAt(i);
    bytes[2 * i] = unit >>> 8;
    bytes[2 * i + 1] = unit & 0xff;
  }
  return { address: addressText(bytes), port: path.charCodeAt(2 * units) };
}

/** UTF-16 units of an address; the two ports are one each. */
function addressUnits(path: Path): number {
  return path.length / 2 - 1;
}

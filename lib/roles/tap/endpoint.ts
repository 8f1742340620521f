import { addressBytes, addressText } from "../../capture/address.ts";
import type { Endpoint } from "../../capture/capture.ts";

const UNKNOWN = "0.0.0.0";

/** One end of a socket as a capture has it, from `host:port`. An end that has no IP address has 0.0.0.0. */
export function endpointOf(text: string): Endpoint {
  const colon = text.lastIndexOf(":");
  const bytes = addressBytes(text.slice(0, colon).replace(/^\[|\]$/g, ""));
  const port = Number(text.slice(colon + 1));
  return {
    address: bytes === undefined ? UNKNOWN : addressText(bytes),
    port: port >= 0 && port <= 0xffff ? port : 0,
  };
}

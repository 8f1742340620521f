import type { Split } from "./handshake.ts";

/**
 * The lines that let a capture of this session be read: for each direction a label, the handshake
 * hash, which names the session, and the key, in hexadecimal. Writing them is the host's, and only
 * on the operator's word.
 *
 * @param side Which side of the handshake `split` was taken from.
 * @param authorityKey The key by which the client knows the server, where it is known: a line of its own.
 */
export function keyLogLines(
  split: Split,
  side: "client" | "server",
  authorityKey?: Uint8Array,
): string {
  const { sendKey, receiveKey, handshakeHash } = split;
  const [client, server] = side === "client" ? [sendKey, receiveKey] : [receiveKey, sendKey];
  const session = handshakeHash.toHex();
  return `SV2_CLIENT_TO_SERVER ${session} ${client.toHex()}\n` +
    `SV2_SERVER_TO_CLIENT ${session} ${server.toHex()}\n` +
    (authorityKey === undefined ? "" : `SV2_AUTHORITY ${session} ${authorityKey.toHex()}\n`);
}

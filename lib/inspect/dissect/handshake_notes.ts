import type { Micros } from "../../capture/capture.ts";
import type { Note } from "./findings.ts";
import type { KeyRing } from "../keys/keys.ts";
import { formatAuthorityKey } from "../../noise/keys.ts";
import { spanText } from "../spans.ts";

/** How far a handshake came, and when. */
export interface Stages {
  /** When the connection was opened, if that was seen. */
  readonly opened: Micros | undefined;
  readonly act1: Micros;
  readonly act2: Micros;
}

const KEYS = {
  both: "keys for both directions",
  client: "a key for what the client sends only",
  server: "a key for what the server sends only",
  hand: "keys given by hand are tried",
  none: "no keys",
} as const;

/** What is to be said of a handshake that was seen. @param session Its hash. */
export function handshakeNotes(session: Uint8Array, stages: Stages, ring: KeyRing): Note[] {
  const { opened, act1, act2 } = stages;
  const name = session.toHex();
  const keys = keysFor(session, ring);
  const { authority } = ring.of(session) ?? {};
  const server = authority && formatAuthorityKey(authority);
  const before = opened === undefined ? "" : `Act 1 after ${spanText(act1 - opened)}, `;
  const done = {
    code: "handshake-done",
    text: `Handshake: ${before}Act 2 ${spanText(act2 - act1)} later; ${KEYS[keys]}` +
      (server === undefined ? "" : `; the server's authority key is ${server}`),
    facts: {
      session: name,
      ...opened !== undefined && { act_1_us: Math.round(act1 - opened) },
      act_2_us: Math.round(act2 - act1),
      keys,
      ...server !== undefined && { authority_key: server },
    },
  };
  if (keys !== "none") return [done];
  const text = `No key for session ${name}: its messages stay sealed`;
  return [done, { code: "no-keys", text, facts: { session: name } }];
}

function keysFor(session: Uint8Array, ring: KeyRing): keyof typeof KEYS {
  const { client, server } = ring.of(session) ?? {};
  if (client !== undefined && server !== undefined) return "both";
  if (client !== undefined) return "client";
  if (server !== undefined) return "server";
  return ring.byHand === undefined ? "none" : "hand";
}

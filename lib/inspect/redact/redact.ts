/**
 * Entries without what they tell about people: who they are, where they are, whom they pay, and what
 * could be used in their name. Everything else stays as it was, so that it can still be understood, and
 * shown to others.
 *
 * @module
 */

import type { Connection } from "../../capture/capture.ts";
import { concatBytes } from "../../bitcoin/bytes.ts";
import { bytesFromText, textFromBytes } from "../../codec/text.ts";
import { encodeTlv, type Tlv } from "../../codec/tlv.ts";
import type { Entry, FrameEntry, LineEntry, NoteEntry } from "../entry.ts";
import { specNamesOf, tlvSpecOf } from "../naming.ts";
import { endpointText } from "../show/json.ts";
import { Pseudonyms, type Thing } from "./pseudonyms.ts";
import { redactSv1 } from "./redact_sv1.ts";

/** Texts that name someone or something, by the specification's names. */
const TEXTS: ReadonlyMap<string, Thing> = new Map([
  ["user_identity", "user"],
  ["user_identifier", "user"],
  ["device_id", "device"],
  ["endpoint_host", "host"],
  ["new_host", "host"],
]);
/** Texts of which only fixed codes are kept. */
const CODES = new Set(["error_code", "reason_code"]);
const CODE = /^[a-z-]{0,64}$/;
/** Bytes that belong to someone, or say whom a block pays. */
const BYTES = new Set([
  "extranonce",
  "extranonce_prefix",
  "mining_job_token",
  "new_mining_job_token",
  "coinbase_prefix",
  "coinbase_tx_prefix",
  "coinbase_tx_suffix",
  "coinbase_tx_outputs",
  "coinbase_tx",
  "excess_data",
  "error_details",
]);

/** Replaces what is private by pseudonyms that stay the same from entry to entry. */
export class Redactor {
  readonly #pseudonyms = new Pseudonyms();
  readonly #connections = new WeakMap<Connection, Connection>();

  /** The same entry without it. Payloads are encoded anew, so nothing is left in them. */
  redact(entry: Entry): Entry {
    const connection = this.#connection(entry.connection);
    if (entry.kind === "frame") return { ...this.#frame(entry), connection };
    if (entry.kind === "line") return { ...this.#line(entry), connection };
    return { ...this.#note(entry), connection };
  }

  #connection(connection: Connection): Connection {
    const known = this.#connections.get(connection);
    if (known !== undefined) return known;
    const { client, server } = connection;
    const redacted = {
      ...connection,
      client: { ...client, address: this.#pseudonyms.name("host", client.address) },
      server: { ...server, address: this.#pseudonyms.name("host", server.address) },
    };
    this.#connections.set(connection, redacted);
    return redacted;
  }

  #frame(entry: FrameEntry): FrameEntry {
    const { message, value } = entry;
    const tlvs = entry.tlvs.map((tlv) => this.#tlv(tlv));
    // Not zeros: those would be TLVs.
    const rest = new Uint8Array(entry.rest.length).fill(0xff);
    if (message === undefined || value === undefined) {
      return { ...entry, tlvs, rest, payload: this.#pseudonyms.bytes(entry.payload) };
    }
    const redacted: Record<string, unknown> = {};
    for (const { key, name } of specNamesOf(message)) redacted[key] = this.#field(name, value[key]);
    const payload = concatBytes(message.encode(redacted), ...tlvs.map(encodeTlvAsCame), rest);
    return { ...entry, value: redacted, tlvs, rest, payload };
  }

  #field(name: string, value: unknown): unknown {
    if (typeof value === "string") {
      const thing = TEXTS.get(name);
      if (thing !== undefined) return this.#pseudonyms.name(thing, value);
      return CODES.has(name) && !CODE.test(value) ? this.#pseudonyms.name("text", value) : value;
    }
    if (value instanceof Uint8Array && BYTES.has(name)) return this.#pseudonyms.bytes(value);
    return value;
  }

  #tlv(tlv: Tlv): Tlv {
    const thing = TEXTS.get(tlvSpecOf(tlv)?.name ?? "");
    const value = thing === undefined
      ? this.#pseudonyms.bytes(tlv.value)
      : bytesFromText(this.#pseudonyms.name(thing, textFromBytes(tlv.value)));
    return { ...tlv, value };
  }

  #line(entry: LineEntry): LineEntry {
    const { json, text } = entry;
    if (json === undefined) return { ...entry, text: `(${text.length} characters, no JSON)` };
    const redacted = redactSv1(json, this.#pseudonyms);
    return { ...entry, text: JSON.stringify(redacted), json: redacted };
  }

  #note(entry: NoteEntry): NoteEntry {
    const { client, server } = entry.connection;
    const { session } = entry.facts;
    const connection = this.#connection(entry.connection);
    const names: [string, string][] = [
      [endpointText(client), endpointText(connection.client)],
      [endpointText(server), endpointText(connection.server)],
    ];
    if (typeof session === "string") {
      names.push([session, this.#pseudonyms.name("session", session)]);
    }
    const safe = (text: string) =>
      names.reduce((text, [name, pseudonym]) => text.replaceAll(name, pseudonym), text);
    const facts = Object.entries(entry.facts).map(([name, value]) =>
      [name, typeof value === "string" ? safe(value) : value] as const
    );
    return { ...entry, text: safe(entry.text), facts: Object.fromEntries(facts) };
  }
}

/** A peer may have any bits in an extension's number; what is encoded by ours has 15. */
function encodeTlvAsCame(tlv: Tlv): Uint8Array {
  const bytes = encodeTlv({ ...tlv, extensionType: tlv.extensionType & 0x7fff });
  bytes[1] = tlv.extensionType >>> 8;
  return bytes;
}

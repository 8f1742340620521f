/**
 * A dissector for Wireshark, in Lua, written from the definitions of messages. What it shows are frames
 * that are not encrypted, as `headframe inspect --plain` writes them.
 *
 * @module
 */

import type { Field } from "../../codec/field.ts";
import { type Fields, type Message, type Protocol, snakeCase } from "../../codec/message.ts";
import type { TlvSpec } from "../../codec/tlv.ts";
import { UsageError } from "../../errors.ts";
import { flagNames } from "../../messages/flags.ts";
import { MESSAGES, TLVS } from "../../messages/registry.ts";
import { hexNumber, protocolNumbered, specNamesOf } from "../naming.ts";
import { IN_HEX, PROTOCOL_NAMES } from "../show/short.ts";
import { filterNames, sharedFields } from "./filter_names.ts";
import { LUA_FIELDS } from "./lua_fields.ts";
import { LUA_FRAMES } from "./lua_frames.ts";
import { luaTable, luaText } from "./lua_text.ts";

/** What to write a dissector of. */
export interface Dissected {
  /** Every message there is, unless told otherwise. */
  readonly messages?: readonly Message<Fields>[];
  /** Every field that extensions append, unless told otherwise. */
  readonly tlvs?: readonly TlvSpec[];
  /** Of this program, for whoever finds the file. */
  readonly version: string;
}

/** The dissector, always the same for the same definitions. */
export function wiresharkDissector(
  { messages = MESSAGES, tlvs = TLVS, version }: Dissected,
): string {
  const names = filterNames(messages);
  const parts = [
    `-- Stratum V2 for Wireshark, written by Headframe ${version}: headframe inspect wireshark\n` +
    "-- It reads frames that are not encrypted: headframe inspect FILE --keylog KEYS --plain OUT\n" +
    "-- writes them. Filters: sv2.channel_id == 7, sv2.submit_shares_extended.nonce, sv2.malformed",
    LUA_FIELDS.trim(),
    sharedFields(messages).map(({ name, field }) =>
      `short(${luaText(name)}, ${codecOf(name, field)}, ${luaText(field.doc)})`
    ).join("\n"),
    ...messages.map((message) => messageText(message, names.get(message) ?? "")),
    tlvs.map(({ extensionType, fieldType, name, doc }) =>
      `tlv(${extensionType}, ${fieldType}, ${luaText(name)}, ${luaText(doc)})`
    ).join("\n"),
    flagsText(),
    LUA_FRAMES.trim(),
  ];
  return parts.filter((part) => part !== "").join("\n\n") + "\n";
}

function messageText(message: Message<Fields>, filter: string): string {
  const { extension, id, name, channel, from, minSize, maxSize, doc } = message;
  const fields = specNamesOf(message).map(({ name, field }) =>
    `    { ${
      [
        luaText(name),
        codecOf(name, field),
        luaText(field.doc),
        ...field.unit === undefined ? [] : [luaText(field.unit)],
      ].join(", ")
    } },`
  );
  return [
    `message(${hexNumber(extension, 4)}, ${hexNumber(id)}, {`,
    `  name = ${luaText(name)}, filter = ${luaText(filter)}, channel = ${channel}, ` +
    `from = ${luaText(from)},`,
    `  least = ${minSize}, most = ${maxSize}, doc = ${luaText(doc)},`,
    "  fields = {",
    ...fields,
    "  },",
    "})",
  ].join("\n");
}

/** A call of what `LUA_FIELDS` has for this type. */
function codecOf(name: string, { shape, minSize, wire }: Field<unknown>): string {
  switch (shape.kind) {
    case "bool":
      return "boolean()";
    case "f32":
    case "hash":
      return `${shape.kind}()`;
    case "uint":
      if (name === "protocol") return `uint(${shape.bits}, ${namesOf(PROTOCOL_NAMES)})`;
      return IN_HEX.has(name) || name === "flags"
        ? `uint(${shape.bits}, nil, true)`
        : `uint(${shape.bits})`;
    case "bigint":
      return `u${shape.bits}()`;
    case "text":
      if (shape.max !== 255) throw new UsageError(`Cannot write ${wire} in Lua`);
      return "text()";
    case "bytes":
      return `bytes(${minSize}, ${shape.max})`;
    case "option":
      return `option(${codecOf(name, shape.of)})`;
    case "seq":
      return `sequence(${minSize}, ${codecOf(name, shape.of)})`;
    default:
      return shape satisfies never;
  }
}

function namesOf(names: readonly string[]): string {
  return luaTable(names.map((name, i) => [i, luaText(name)]));
}

/** What bits of `flags` mean, by protocol and sender. */
function flagsText(): string {
  const lines: string[] = [];
  for (let number = 0;; number++) {
    const protocol = protocolNumbered(number);
    if (protocol === undefined) return lines.join("\n");
    const sides = (["client", "server"] as const).map((from) =>
      `${from} = ${bitsText(protocol, from)}`
    );
    lines.push(`FLAGS[${number}] = { ${sides.join(", ")} }`);
  }
}

function bitsText(protocol: Protocol, from: "client" | "server"): string {
  const named: [number, string][] = [];
  for (let bit = 0; bit < 32; bit++) {
    const [name = ""] = flagNames(protocol, from, 2 ** bit);
    if (name !== `bit${bit}`) named.push([bit, luaText(snakeCase(name))]);
  }
  return luaTable(named);
}

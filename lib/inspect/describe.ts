import { type Fields, type Message, type Protocol, specName } from "../codec/message.ts";
import type { TlvSpec } from "../codec/tlv.ts";
import { ERROR_CODES } from "../messages/errors.ts";

const TITLES: Readonly<Record<Protocol, string>> = {
  common: "Common messages",
  mining: "Mining",
  declaration: "Job declaration",
  template: "Template distribution",
  extensions: "Extensions",
};
const SENDERS = {
  client: "client → server",
  server: "server → client",
  both: "both ways",
} as const;

/** The reference of `messages` in Markdown, which is what docs/messages.md has. */
export function describe(messages: readonly Message<Fields>[], tlvs: readonly TlvSpec[]): string {
  const parts = [
    "# Messages",
    "Written from the definitions in `lib/messages/` by `scripts/messages.ts`; a test compares.",
    "Numbers are little-endian. An offset is the first byte of the field in the payload, where that " +
    "is the same in every payload. A frame is `extension_type` (U16, with bit 15 for the channel " +
    "bit), `msg_type` (U8), `msg_length` (U24), payload.",
    overview(messages),
  ];
  for (const [protocol, title] of Object.entries(TITLES)) {
    parts.push(`## ${title}`);
    for (const message of messages) {
      if (message.protocol === protocol) parts.push(describeMessage(message));
    }
  }
  parts.push("## Fields that extensions append", ...tlvs.map(describeTlv));
  return parts.join("\n\n") + "\n";
}

function overview(messages: readonly Message<Fields>[]): string {
  return table(
    ["extension", "type", "message", "channel bit", "from", "payload bytes"],
    messages.map((m) => [hex(m.extension, 4), hex(m.id, 2), m.name, bit(m), m.from, sizeOf(m)]),
  );
}

function describeMessage(message: Message<Fields>): string {
  const { name, extension, id, channel, from, spec, doc, fields, offsets } = message;
  const facts = [
    section(spec),
    SENDERS[from],
    extension === 0 ? "" : `extension ${hex(extension, 4)}`,
    `type ${hex(id, 2)}`,
    channel ? "channel bit" : "",
    `${sizeOf(message)} bytes`,
  ];
  const parts = [
    `### ${name}`,
    `${facts.filter((fact) => fact !== "").join(" · ")}`,
    `${doc}.`,
    table(
      ["offset", "field", "type", "meaning"],
      Object.entries(fields).map(([key, field]) => [
        offsets[key]?.toString() ?? "",
        `\`${specName(key, field)}\``,
        field.wire,
        field.unit === undefined ? field.doc : `${field.doc} (${field.unit})`,
      ]),
    ),
  ];
  const codes = codesOf(name);
  if (codes.length > 0) parts.push(table(["code we use", "meaning"], codes));
  return parts.join("\n\n");
}

function describeTlv(tlv: TlvSpec): string {
  const type = `type ${hex(tlv.extensionType, 4)} ${hex(tlv.fieldType, 2)}`;
  return `### ${tlv.name}\n\n${section(tlv.spec)} · after ${tlv.extends} · ${type} · at most ` +
    `${tlv.max} bytes\n\n${tlv.doc}.`;
}

function codesOf(name: string): [string, string][] {
  const codes: Readonly<Record<string, Readonly<Record<string, string>>>> = ERROR_CODES;
  return Object.entries(codes[name] ?? {}).map(([code, doc]) => [`\`${code}\``, doc]);
}

/** `5.3.2` → `SV2 §5.3.2`; `E1.2` → `extension 0x0001 §2`. */
function section(spec: string): string {
  const [, extension, rest] = /^E(\d+)\.(.+)$/.exec(spec) ?? [];
  return extension === undefined
    ? `SV2 §${spec}`
    : `extension ${hex(Number(extension), 4)} §${rest}`;
}

function sizeOf({ minSize, maxSize }: Message<Fields>): string {
  return minSize === maxSize ? `${minSize}` : `${minSize} to ${maxSize}`;
}

function bit(message: Message<Fields>): string {
  return message.channel ? "1" : "0";
}

function hex(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, "0")}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`)
    .join("\n");
}

import type { Fields, Message, Protocol } from "../../codec/message.ts";
import { nearestName } from "../../config/names.ts";
import { OperatorError } from "../../errors.ts";
import { MESSAGES } from "../../messages/registry.ts";
import { escapeText } from "../../telemetry/escape.ts";
import { hexNumber } from "../naming.ts";

/**
 * The message that a person means: by its name in any case, by `protocol.Name` where two protocols have
 * one of that name, or by its number, `0x21` or `1:0x00` with an extension.
 *
 * @throws {OperatorError} `usage`, with what was probably meant.
 */
export function messageNamed(text: string): Message<Fields> {
  const found = byNumber(text) ?? byName(text);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const shown = escapeText(text, 60);
  if (found.length > 1) {
    const names = found.map(({ protocol, name }) => `${protocol}.${name}`).join(" or ");
    throw new OperatorError("usage", `Cannot tell which ${shown} is meant: write ${names}`);
  }
  const near = nearestName(text, MESSAGES.map(({ name }) => name));
  const hint = near === undefined ? "docs/messages.md has them all" : `did you mean ${near}?`;
  throw new OperatorError("usage", `No message is called ${shown}: ${hint}`);
}

/** A message as {@link messageNamed} finds it: its name, with its protocol where that is needed. */
export function namingOf(message: Message<Fields>): string {
  const isUnique = MESSAGES.filter(({ name }) => name === message.name).length === 1;
  return isUnique ? message.name : `${message.protocol}.${message.name}`;
}

/** `SV2 §5.3.21 · type 0x21 · server → client`. */
export function about({ spec, extension, id, from }: Message<Fields>): string {
  const [, number, section] = /^E(\d+)\.(.+)$/.exec(spec) ?? [];
  const where = section === undefined
    ? `SV2 §${spec}`
    : `extension ${hexNumber(Number(number), 4)} §${section}`;
  const senders = { client: "client → server", server: "server → client", both: "both ways" };
  const type = extension === 0 ? hexNumber(id) : `${hexNumber(extension, 4)}:${hexNumber(id)}`;
  return `${where} · type ${type} · ${senders[from]}`;
}

function byNumber(text: string): readonly Message<Fields>[] | undefined {
  const [, extension, id] =
    /^(?:(0x[0-9a-f]{1,4}|\d{1,5}):)?(0x[0-9a-f]{1,2}|\d{1,3})$/i.exec(text) ?? [];
  if (id === undefined) return undefined;
  return MESSAGES.filter((message) =>
    message.id === Number(id) && message.extension === Number(extension ?? 0)
  );
}

function byName(text: string): readonly Message<Fields>[] {
  const [, protocol, bare = ""] = /^(?:(\w+)[.:])?(.*)$/s.exec(text) ?? [];
  const named = (name: string, of: Protocol | undefined) =>
    MESSAGES.filter((message) =>
      message.name.toLowerCase() === name.toLowerCase() &&
      (of === undefined || message.protocol === of)
    );
  const whole = named(text, undefined);
  const of = MESSAGES.find((message) => message.protocol === protocol?.toLowerCase())?.protocol;
  return whole.length > 0 || of === undefined ? whole : named(bare, of);
}

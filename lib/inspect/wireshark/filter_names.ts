import type { Field, Shape } from "../../codec/field.ts";
import { type Fields, type Message, snakeCase } from "../../codec/message.ts";
import { specNamesOf } from "../naming.ts";

/**
 * What each message is called in filters of Wireshark, behind `sv2.`: `SubmitShares.Success` is
 * `submit_shares_success`. Where several messages have one name, it says whose each is:
 * `template_set_new_prev_hash`.
 */
export function filterNames(
  messages: readonly Message<Fields>[],
): ReadonlyMap<Message<Fields>, string> {
  const plain = messages.map((message) => nameOf(message));
  return new Map(messages.map((message, i) => {
    const name = plain[i] ?? "";
    const isShared = plain.indexOf(name) !== plain.lastIndexOf(name);
    return [message, isShared ? `${message.protocol}_${name}` : name];
  }));
}

function nameOf({ name }: Message<Fields>): string {
  return snakeCase(name.replaceAll(".", "")).replace(/^_/, "");
}

/** A field by the name that all messages share which have it. */
export interface SharedField {
  /** As the specification spells it. */
  readonly name: string;
  /** What it is at most: a U32, if it is a U16 in some messages. */
  readonly field: Field<unknown>;
}

/**
 * The fields of all messages, each name once, in the order in which they first come. A name that means
 * values of different kinds in different messages is left out: no filter could compare them.
 */
export function sharedFields(messages: readonly Message<Fields>[]): SharedField[] {
  const fields = new Map<string, Field<unknown> | undefined>();
  for (const message of messages) {
    for (const { name, field } of specNamesOf(message)) {
      const leaf = leafOf(field);
      const known = fields.has(name) ? fields.get(name) : leaf;
      fields.set(name, known && kindOf(known) === kindOf(leaf) ? larger(known, leaf) : undefined);
    }
  }
  return [...fields].flatMap(([name, field]) => field === undefined ? [] : [{ name, field }]);
}

/** What an option or a sequence is of, all the way down. */
export function leafOf(field: Field<unknown>): Field<unknown> {
  const { shape } = field;
  return shape.kind === "option" || shape.kind === "seq" ? leafOf(shape.of) : field;
}

/** What Wireshark can compare with one another. */
function kindOf({ shape }: Field<unknown>): Shape["kind"] | "u64" | "u256" {
  if (shape.kind === "bigint") return `u${shape.bits}`;
  return shape.kind;
}

function larger(a: Field<unknown>, b: Field<unknown>): Field<unknown> {
  return b.maxSize > a.maxSize ? b : a;
}

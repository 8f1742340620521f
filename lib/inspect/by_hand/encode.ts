import { bytesFromText } from "../../codec/text.ts";
import type { Fields, Message } from "../../codec/message.ts";
import type { Tlv } from "../../codec/tlv.ts";
import { nearestName } from "../../config/names.ts";
import { OperatorError } from "../../errors.ts";
import { encodeFrame } from "../../frame/encode.ts";
import { TLVS } from "../../messages/registry.ts";
import { escapeText } from "../../telemetry/escape.ts";
import { specNamesOf } from "../naming.ts";
import { messageNamed } from "./message_named.ts";
import { parseValue } from "./parse_value.ts";

/**
 * A frame from what a person writes: the name of a message and `field=value` for each of its fields, by
 * the specification's names; also for fields of extensions that it may carry.
 *
 * @throws {OperatorError} `usage`, with everything that is wrong or missing.
 */
export function encodeByHand(type: string, assignments: readonly string[]): Uint8Array {
  const message = messageNamed(type);
  const problems: string[] = [];
  const given = new Map<string, string>();
  for (const assignment of assignments) {
    const [, name, text] = /^([^=]*)=(.*)$/s.exec(assignment) ?? [];
    if (name === undefined || text === undefined) {
      problems.push(`${escapeText(assignment, 60)} is not field=value`);
    } else if (given.has(name)) problems.push(`${escapeText(name, 60)} is given twice`);
    else given.set(name, text);
  }
  const value = valueFrom(message, given, problems);
  const tlvs = tlvsFrom(message, given, problems);
  const known = namesOf(message);
  for (const name of given.keys()) {
    if (!known.includes(name)) problems.push(unknownField(name, known));
  }
  if (problems.length > 0) {
    throw new OperatorError("usage", `Cannot encode ${message.name}: ${problems.join("\n  ")}`);
  }
  return encodeFrame(message, value, tlvs);
}

function valueFrom(
  message: Message<Fields>,
  given: ReadonlyMap<string, string>,
  problems: string[],
): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const { key, name, field } of specNamesOf(message)) {
    const text = given.get(name);
    if (text === undefined) {
      problems.push(`${name} is missing: ${field.wire}, ${field.doc}`);
      continue;
    }
    const parsed = parseValue(field, text);
    if ("value" in parsed) value[key] = parsed.value;
    else problems.push(`${name} must be ${parsed.wanted}, not ${escapeText(text, 60)}`);
  }
  return value;
}

function tlvsFrom(
  message: Message<Fields>,
  given: ReadonlyMap<string, string>,
  problems: string[],
): Tlv[] {
  return TLVS.flatMap((spec) => {
    const text = given.get(spec.name);
    if (text === undefined || spec.extends !== message.name) return [];
    const value = bytesFromText(text);
    if (value.length > spec.max) problems.push(`${spec.name} must have at most ${spec.max} bytes`);
    return [{ extensionType: spec.extensionType, fieldType: spec.fieldType, value }];
  });
}

function namesOf(message: Message<Fields>): string[] {
  const tlvs = TLVS.filter((spec) => spec.extends === message.name);
  return [...specNamesOf(message), ...tlvs].map(({ name }) => name);
}

function unknownField(name: string, known: readonly string[]): string {
  const near = nearestName(name, known);
  return `there is no field ${escapeText(name, 60)}` +
    (near === undefined ? "" : `; did you mean ${near}?`);
}

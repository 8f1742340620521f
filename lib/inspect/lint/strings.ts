/**
 * Rules about texts: names, error codes, reasons.
 *
 * @module
 */

import { specName } from "../../codec/message.ts";
import { ERROR_CODES } from "../../messages/errors.ts";
import { quoteText } from "../../telemetry/escape.ts";
import type { FrameEntry } from "../entry.ts";
import { fault, type Rule, ruleOnFrames, senderOf } from "./rule.ts";

const CODES: Readonly<Record<string, Readonly<Record<string, string>>>> = ERROR_CODES;

// deno-lint-ignore no-control-regex
const CONTROL = /[\x00-\x1f\x7f-\x9f]/;
const PRINTABLE = /^[\x20-\x7e]*$/;

/** Texts: UTF-8, and error codes that the specification has. */
export const STRING_RULES: readonly Rule[] = [
  ruleOnFrames({
    id: "ERR-3",
    title: "Error and reason codes have no control characters",
    check: (frame) =>
      codesIn(frame).filter(({ text }) => CONTROL.test(text)).map(({ name, text }) =>
        fault(senderOf(frame), `${name} ${quoteText(text, 80)}`, "no control characters")
      ),
  }),
  ruleOnFrames({
    id: "ERR-4",
    level: "SHOULD",
    title: "Error and reason codes are printable ASCII",
    check: (frame) =>
      codesIn(frame).filter(({ text }) => !PRINTABLE.test(text) && !CONTROL.test(text))
        .map(({ name, text }) =>
          fault(senderOf(frame), `${name} ${quoteText(text, 80)}`, "printable ASCII")
        ),
  }),
  ruleOnFrames({
    id: "ERR-5",
    level: "SHOULD",
    title: "Error codes are such as others know",
    check(frame) {
      const { message, value } = frame;
      const code = value?.["errorCode"];
      const known = CODES[message?.name ?? ""];
      if (message === undefined || known === undefined || typeof code !== "string") {
        return undefined;
      }
      if (Object.hasOwn(known, code)) return undefined;
      return fault(
        senderOf(frame),
        `error_code ${quoteText(code, 80)}`,
        `one of ${Object.keys(known).join(", ")}`,
      );
    },
  }),
  ruleOnFrames({
    id: "TYPE-6",
    level: "SHOULD",
    title: "Texts are UTF-8",
    check: (frame) =>
      textsIn(frame).filter(({ text }) => !text.isWellFormed()).map(({ name, text }) =>
        fault(senderOf(frame), `${name} ${quoteText(text, 80)}`, "UTF-8")
      ),
  }),
];

interface Text {
  /** As the specification spells it. */
  readonly name: string;
  readonly text: string;
}

function codesIn(frame: FrameEntry): Text[] {
  return textsIn(frame).filter(({ name }) => name === "error_code" || name === "reason_code");
}

function textsIn({ message, value }: FrameEntry): Text[] {
  if (message === undefined || value === undefined) return [];
  return Object.entries(message.fields).flatMap(([key, field]) => {
    const text = value[key];
    return field.shape.kind === "text" && typeof text === "string"
      ? [{ name: specName(key, field), text }]
      : [];
  });
}

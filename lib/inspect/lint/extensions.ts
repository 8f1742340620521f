/**
 * Rules about extensions: agreeing on them first, and the fields that they append. SV2 §3.4
 *
 * @module
 */

import { EXTENSIONS_NEGOTIATION, UserIdentity } from "../../messages/extensions.ts";
import { TLVS } from "../../messages/registry.ts";
import { SubmitSharesExtended } from "../../messages/mining.ts";
import type { Tlv } from "../../codec/tlv.ts";
import { valueIn } from "../understand/read.ts";
import { fault, type Rule, ruleOn, ruleOnFrames, senderOf } from "./rule.ts";

/** Microseconds after which a client may give up on an answer. E1 §4.3 */
const PATIENCE = 1_000_000;

/** What was negotiated, and what is used without. */
export const EXTENSION_RULES: readonly Rule[] = [
  ruleOnFrames({
    id: "EXT-8",
    title: "Messages of an extension are sent only after it was agreed on",
    check(frame, { on }) {
      const { extensionType } = frame;
      if (!on.isWhole || extensionType <= EXTENSIONS_NEGOTIATION) return undefined;
      if (on.extensions.has(extensionType)) return undefined;
      return fault(
        senderOf(frame),
        `a message of extension ${hex(extensionType)}`,
        "RequestExtensions with it first",
      );
    },
  }),
  ruleOnFrames({
    id: "EXT-8",
    title: "Fields of an extension are appended only after it was agreed on",
    check(frame, { on }) {
      if (!on.isWhole || frame.value === undefined || frame.rest.length > 0) return undefined;
      const foreign = frame.tlvs.find(({ extensionType }) =>
        extensionType !== UserIdentity.extensionType && !on.extensions.has(extensionType)
      );
      if (foreign === undefined) return undefined;
      const text = `a field of extension ${hex(foreign.extensionType)}`;
      return fault(senderOf(frame), text, "RequestExtensions with it first");
    },
  }),
  ruleOn("extensions-asked", {
    id: "EXT-9",
    title: "RequestExtensions comes before any other message of the protocol",
    check: ({ late }, { on }) =>
      late && on.isWhole
        ? fault("client", "RequestExtensions later", "right after SetupConnection.Success")
        : undefined,
  }),
  ruleOn("open", {
    id: "EXT-10",
    title: "The client waits for the answer to RequestExtensions",
    check(_about, { on, at }) {
      const { negotiating } = on;
      if (negotiating === undefined || at.time - negotiating.time > PATIENCE) return undefined;
      return fault("client", "a channel is asked for", "the answer first", [negotiating.entry]);
    },
  }),
  ruleOn("extensions-answered", {
    id: "EXT-16",
    title: "An answer to RequestExtensions has the request_id of the request",
    check: ({ request }, { on }) =>
      request === undefined && on.isWhole
        ? fault("server", "an answer to no request", "the request_id of one")
        : undefined,
  }),
  ruleOnFrames({
    id: "EXT-22",
    title: "Appended fields are in the order of their extensions",
    check(frame, { on }) {
      const known = frame.tlvs.filter(({ extensionType }) => on.extensions.has(extensionType));
      const falls = known.some(({ extensionType }, i) =>
        extensionType < (known[i - 1]?.extensionType ?? 0)
      );
      if (!falls) return undefined;
      const order = known.map(({ extensionType }) => hex(extensionType)).join(", ");
      return fault(senderOf(frame), `fields of extensions ${order}`, "the lower numbers first");
    },
  }),
  ruleOnFrames({
    id: "EXT-24",
    title: "Appended fields are not longer than their extension allows",
    check: (frame, { on }) =>
      TLVS.flatMap((spec) =>
        frame.tlvs.filter((tlv) =>
          on.extensions.has(spec.extensionType) && isOf(tlv, spec) && tlv.value.length > spec.max
        ).map(({ value }) =>
          fault(senderOf(frame), `${spec.name} of ${value.length} bytes`, `at most ${spec.max}`)
        )
      ),
  }),
  ruleOnFrames({
    id: "EXT-25",
    title: "With extension 0x0002 each SubmitSharesExtended names one worker",
    check(frame, { on }) {
      if (!on.extensions.has(UserIdentity.extensionType)) return undefined;
      if (valueIn(frame, SubmitSharesExtended) === undefined) return undefined;
      const named = frame.tlvs.filter((tlv) => isOf(tlv, UserIdentity)).length;
      return named === 1
        ? undefined
        : fault("client", `${named === 0 ? "no" : named} user_identity`, "one");
    },
  }),
  ruleOnFrames({
    id: "EXT-27",
    title: "Without extension 0x0002 no share names a worker",
    check(frame, { on }) {
      if (!on.isWhole || on.extensions.has(UserIdentity.extensionType)) return undefined;
      if (frame.rest.length > 0 || !frame.tlvs.some((tlv) => isOf(tlv, UserIdentity))) {
        return undefined;
      }
      return fault(senderOf(frame), "user_identity behind a message", "no such field");
    },
  }),
];

function isOf(
  { extensionType, fieldType }: Tlv,
  spec: { readonly extensionType: number; readonly fieldType: number },
): boolean {
  return extensionType === spec.extensionType && fieldType === spec.fieldType;
}

function hex(extension: number): string {
  return `0x${extension.toString(16).padStart(4, "0")}`;
}

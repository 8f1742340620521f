import type { Fields, Message } from "../codec/message.ts";
import type { TlvSpec } from "../codec/tlv.ts";
import * as common from "./common.ts";
import * as declaration from "./declaration.ts";
import {
  RequestExtensions,
  RequestExtensionsError,
  RequestExtensionsSuccess,
  UserIdentity,
} from "./extensions.ts";
import * as mining from "./mining.ts";
import * as template from "./template.ts";

/** Every message there is, by extension and `msg_type`. */
export const MESSAGES: readonly Message<Fields>[] = ([
  ...Object.values(common),
  ...Object.values(mining),
  ...Object.values(declaration),
  ...Object.values(template),
  RequestExtensions,
  RequestExtensionsSuccess,
  RequestExtensionsError,
] as Message<Fields>[]).sort((a, b) => a.extension - b.extension || a.id - b.id);

/** Every field that an extension appends to a message. */
export const TLVS: readonly TlvSpec[] = [UserIdentity];

const byExtension: (Message<Fields> | undefined)[][] = [];
for (const message of MESSAGES) {
  (byExtension[message.extension] ??= [])[message.id] = message;
}

/**
 * The message with this `msg_type`, if there is one: both numbers are a peer's, any there are.
 *
 * @param extension `extension_type` without the channel bit, SV2 §3.2.1.
 */
export function messageOf(extension: number, msgType: number): Message<Fields> | undefined {
  return byExtension[extension]?.[msgType];
}

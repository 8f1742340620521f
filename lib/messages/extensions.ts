/**
 * Extension 0x0001, by which two sides agree on extensions, and extension 0x0002, by which a share
 * tells the worker that found it.
 *
 * @module
 */

import { u16 } from "../codec/field.ts";
import { messagesOf, type ValueOf } from "../codec/message.ts";
import { seq64k } from "../codec/sequence.ts";
import { bytesFromText } from "../codec/text.ts";
import { type Tlv, type TlvSpec } from "../codec/tlv.ts";
import { UsageError } from "../errors.ts";
import { SubmitSharesExtended } from "./mining.ts";

/** Agreeing on extensions itself. */
export const EXTENSIONS_NEGOTIATION = 0x0001;
/** Who found a share, on an extended channel that many workers use. */
export const WORKER_SPECIFIC_HASHRATE_TRACKING = 0x0002;

const define = messagesOf("extensions", EXTENSIONS_NEGOTIATION);

export type RequestExtensions = ValueOf<typeof RequestExtensions>;
export const RequestExtensions = define({
  name: "RequestExtensions",
  id: 0x00,
  channel: false,
  from: "client",
  spec: "E1.2",
  doc: "Asks to use extensions, right after SetupConnection.Success",
  fields: {
    requestId: u16("Chosen by the client; comes back in the answer"),
    requestedExtensions: seq64k(u16("Extensions wanted")),
  },
});

export type RequestExtensionsSuccess = ValueOf<typeof RequestExtensionsSuccess>;
export const RequestExtensionsSuccess = define({
  name: "RequestExtensions.Success",
  id: 0x01,
  channel: false,
  from: "server",
  spec: "E1.2",
  doc: "Agrees to all or some of the extensions",
  fields: {
    requestId: u16("As in the request"),
    supportedExtensions: seq64k(u16("Extensions in use from now on")),
  },
});

export type RequestExtensionsError = ValueOf<typeof RequestExtensionsError>;
export const RequestExtensionsError = define({
  name: "RequestExtensions.Error",
  id: 0x02,
  channel: false,
  from: "server",
  spec: "E1.2",
  doc: "Agrees to none, or lacks one that it insists on",
  fields: {
    requestId: u16("As in the request"),
    unsupportedExtensions: seq64k(u16("Extensions wanted that the server has not")),
    requiredExtensions: seq64k(u16("Extensions the server insists on that were not wanted")),
  },
});

/**
 * The worker that found a share. The bytes are a peer's: at most `max` of them, or the share is to
 * be refused; UTF-8 by rule, not by certainty.
 */
export const UserIdentity: TlvSpec = {
  name: "user_identity",
  extensionType: WORKER_SPECIFIC_HASHRATE_TRACKING,
  fieldType: 0x01,
  extends: SubmitSharesExtended.name,
  max: 32,
  spec: "E2.1.1",
  doc: "Name of the worker that found the share",
};

/**
 * The name of a worker, to go with its share.
 *
 * @throws {UsageError} If it has more than 32 bytes.
 */
export function userIdentityTlv(name: string): Tlv {
  const { extensionType, fieldType, max } = UserIdentity;
  const value = bytesFromText(name);
  if (value.length > max) {
    throw new UsageError(`Cannot write user_identity of ${value.length}: the limit is ${max}`);
  }
  return { extensionType, fieldType, value };
}

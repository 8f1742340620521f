import { EXTENSIONS_NEGOTIATION, type RequestExtensions } from "../messages/extensions.ts";

/**
 * RequestExtensions.Success or .Error, by what they carry; what was asked for in the asked order.
 */
export type ExtensionsVerdict =
  | { readonly accepted: true; readonly supported: readonly number[] }
  | {
    readonly accepted: false;
    readonly unsupported: readonly number[];
    readonly required: readonly number[];
  };

/**
 * The server's answer to RequestExtensions, EXT §4.1: the part of the request it supports, or an
 * error when a required extension was not asked for or nothing asked for is known. A request for
 * nothing is answered with nothing. Linear in the length of a list that the peer controls.
 */
export function judgeExtensions(
  request: RequestExtensions,
  offered: readonly number[],
  required: readonly number[],
): ExtensionsVerdict {
  const asked = new Set(request.requestedExtensions);
  const known = new Set([EXTENSIONS_NEGOTIATION, ...offered]);
  const supported = [...asked].filter((id) => known.has(id));
  const missing = required.filter((id) => !asked.has(id));
  if (missing.length > 0 || (supported.length === 0 && asked.size > 0)) {
    return {
      accepted: false,
      unsupported: [...asked].filter((id) => !known.has(id)),
      required: missing,
    };
  }
  return { accepted: true, supported };
}

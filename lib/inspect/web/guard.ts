import { type Address, formatAddress } from "../../ports.ts";

/** What every answer says: the page loads from here and from nowhere else, and is shown in no other. */
export const HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy":
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
    "object-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "cache-control": "no-store",
};

/** Names by which this machine calls itself. */
const OURS = ["127.0.0.1", "::1", "localhost"];

/**
 * Why a request is not answered. Any page that somebody has open can send requests to this machine,
 * and can make a name of its own mean this machine (DNS rebinding); so the request has to name us, and
 * must not come from elsewhere.
 *
 * @param at Where we listen.
 * @returns `undefined` if it is answered.
 */
export function refusalOf(
  request: Request,
  at: Address,
): { readonly status: number; readonly error: string } | undefined {
  if (request.method !== "GET") return { status: 405, error: "Only GET is answered here" };
  const host = request.headers.get("host")?.toLowerCase();
  const names = OURS.map((hostname) => formatAddress({ hostname, port: at.port }));
  if (host === undefined || !names.includes(host)) {
    return { status: 421, error: "This is not the host that was asked for" };
  }
  // Browsers tell; whatever else asks is no page.
  const site = request.headers.get("sec-fetch-site") ?? "none";
  if (site !== "none" && site !== "same-origin") {
    return { status: 403, error: "Other pages get no answer here" };
  }
  return undefined;
}

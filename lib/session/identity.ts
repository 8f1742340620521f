import { generateSecretKey } from "../noise/crypto.ts";
import { renewIdentity, type ServerIdentity } from "../noise/certificate.ts";
import type { Host } from "../ports.ts";

/**
 * The certificate a server shows, renewed as time passes, NOISE-40. The static key is made once per
 * process: nobody has to store it, and the authority's signature is all that clients look at.
 *
 * @param authoritySecret 32 bytes; stays in memory as long as the server runs.
 * @param lifetime Seconds from issue to expiry of each certificate.
 */
export function renewingIdentity(
  { random, clock }: Pick<Host, "random" | "clock">,
  authoritySecret: Uint8Array,
  lifetime: number,
): () => ServerIdentity {
  const terms = { authoritySecret, staticSecret: generateSecretKey(random), lifetime };
  let current: ServerIdentity | undefined;
  return () => current = renewIdentity(terms, clock.unix(), current);
}

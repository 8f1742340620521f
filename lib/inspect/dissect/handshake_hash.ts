import { UsageError } from "../../errors.ts";
import { AEAD } from "../../noise/ciphers.ts";
import { ENCODING_SIZE } from "../../noise/ellswift.ts";
import { ACT1_SIZE, ACT2_SIZE } from "../../noise/handshake.ts";
import { SymmetricState } from "../../noise/symmetric.ts";
import { MAC_SIZE } from "../../noise/aead.ts";

const NOTHING: Uint8Array = new Uint8Array(0);
const SEALED_KEY_SIZE = ENCODING_SIZE + MAC_SIZE;

/**
 * The handshake hash of a session from what everyone sees of it: all that is mixed into it is sent,
 * keys and certificate in encrypted form (SV2 §4.5). Key logs name sessions by it.
 *
 * @param act1 Exactly 64 bytes, as they were sent.
 * @param act2 Exactly 234 bytes, as they were sent.
 * @returns 32 bytes, no secret.
 */
export function handshakeHash(act1: Uint8Array, act2: Uint8Array): Uint8Array {
  if (act1.length !== ACT1_SIZE || act2.length !== ACT2_SIZE) {
    throw new UsageError("Cannot hash a handshake: acts of other sizes");
  }
  const state = new SymmetricState(AEAD);
  // -> e, and the empty payload of the first message
  state.mixHash(act1);
  state.mixHash(NOTHING);
  // <- e, s, SIGNATURE_NOISE_MESSAGE
  const sealedKeyEnd = ENCODING_SIZE + SEALED_KEY_SIZE;
  state.mixHash(act2.subarray(0, ENCODING_SIZE));
  state.mixHash(act2.subarray(ENCODING_SIZE, sealedKeyEnd));
  state.mixHash(act2.subarray(sealedKeyEnd));
  return state.hash;
}

import type { ServerIdentity } from "../../noise/certificate.ts";
import { type EphemeralKey, generateEphemeral } from "../../noise/crypto.ts";
import { ACT2_SIZE, Initiator, Responder, type Split } from "../../noise/handshake.ts";
import { HandshakeError } from "../../noise/handshake_error.ts";
import { FrameOpener, FrameSealer } from "../../noise/transport.ts";
import type { Host } from "../../ports.ts";
import type { Upstream } from "../../session/dial.ts";
import type { End } from "./end.ts";
import { Ended } from "./ended.ts";

/** One end of a session: what seals and opens there. Forgets its keys when disposed. */
export class SealedEnd implements Disposable {
  readonly end: End;
  readonly sealer: FrameSealer;
  readonly opener: FrameOpener;

  /** @param split Its keys are erased. */
  constructor(end: End, split: Split, maxPayload: number) {
    this.end = end;
    this.sealer = new FrameSealer(split.sendKey);
    this.opener = new FrameOpener(split.receiveKey, { maxPayload });
    split.sendKey.fill(0);
    split.receiveKey.fill(0);
  }

  [Symbol.dispose](): void {
    this.sealer.erase();
    this.opener.erase();
  }
}

/** The answer to a client's Act 1, and what follows from it. */
export function answerAct1(
  act1: Uint8Array,
  { identity, ephemeral }: {
    readonly identity: ServerIdentity;
    readonly ephemeral: EphemeralKey;
  },
): { readonly act2: Uint8Array; readonly split: Split } {
  return new Responder({ identity, ephemeral }).receive(act1);
}

/**
 * Does the handshake with a server.
 *
 * @throws {Ended} If it is not the server it should be, or ends it.
 */
export async function greetServer(
  end: End,
  { authorityKey }: Upstream,
  { random, clock }: Pick<Host, "random" | "clock">,
): Promise<Split> {
  const ephemeral = generateEphemeral(random);
  const initiator = new Initiator({ authorityKey, ephemeral, unix: clock.unix() });
  await end.write(initiator.act1());
  const act2 = new Uint8Array(ACT2_SIZE);
  await end.fill(act2);
  try {
    return initiator.receive(act2);
  } catch (error) {
    if (!(error instanceof HandshakeError)) throw error;
    throw new Ended("server", error.message, { isFault: true });
  }
}

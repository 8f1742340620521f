import { PeerError } from "../errors.ts";

/** What can be wrong with a server that answered. */
export type HandshakeFailure =
  /** Act 2 does not decrypt: no Sv2 server, or bytes were changed on the way. */
  | "act-2-unauthentic"
  | "certificate-version"
  | "wrong-authority-key"
  | "certificate-window"
  | "certificate-expired"
  | "certificate-not-yet-valid";

/** The handshake failed; its message tells a person what to look at. Nothing was sent after Act 1. */
export class HandshakeError extends PeerError {
  constructor(readonly failure: HandshakeFailure, message: string, options?: ErrorOptions) {
    super(failure, "4.5", options);
    this.message = message;
  }
}

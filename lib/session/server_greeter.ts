import type { Frame } from "../frame/frame.ts";
import { PeerError } from "../errors.ts";
import {
  SetupConnection,
  SetupConnectionError,
  SetupConnectionSuccess,
} from "../messages/common.ts";
import {
  RequestExtensions,
  RequestExtensionsError,
  RequestExtensionsSuccess,
} from "../messages/extensions.ts";
import { messageOf } from "../messages/registry.ts";
import { Responder, type Split } from "../noise/handshake.ts";
import type { ServerIdentity } from "../noise/certificate.ts";
import type { EphemeralKey } from "../noise/crypto.ts";
import type { Greeter, Line } from "./connection.ts";
import { judgeExtensions } from "./extensions.ts";
import type { Session } from "./role.ts";
import { judgeSetup, type SetupPolicy } from "./setup.ts";

/** What the listening side shows and takes. */
export interface ServerGreeterOptions {
  readonly policy: SetupPolicy;
  readonly identity: ServerIdentity;
  readonly ephemeral: () => EphemeralKey;
}

/** The listening side of a connection: answers the handshake, SetupConnection, RequestExtensions. */
export class ServerGreeter implements Greeter {
  readonly handshakeSize = 64;
  readonly #options: ServerGreeterOptions;
  readonly #extensions = new Set<number>();

  constructor(options: ServerGreeterOptions) {
    this.#options = options;
  }

  opening(): undefined {
    return undefined;
  }

  handshake(act1: Uint8Array): { readonly reply: Uint8Array; readonly split: Split } {
    const { identity, ephemeral } = this.#options;
    const { act2, split } = new Responder({ identity, ephemeral: ephemeral() }).receive(act1);
    return { reply: act2, split };
  }

  secured(): void {
    // The client speaks first, SV2 §3.6.1.
  }

  received(line: Line, frame: Frame): void {
    const message = messageOf(frame.extensionType, frame.msgType);
    if (message === SetupConnection) this.#setup(line, frame.payload);
    else if (line.settled === undefined) throw new PeerError("setup-not-first", "3.6.1");
    else if (message === RequestExtensions) this.#negotiate(line, frame.payload);
    else line.ignore(frame, "not for a server");
  }

  expired(line: Line): void {
    line.close("no SetupConnection in time");
  }

  #setup(line: Line, payload: Uint8Array): void {
    if (line.settled !== undefined) throw new PeerError("setup-repeated", "3.6.1");
    const setup = SetupConnection.decode(payload).value;
    const verdict = judgeSetup(this.#options.policy, setup);
    if (!verdict.accepted) {
      line.send(SetupConnectionError, { flags: verdict.flags, errorCode: verdict.errorCode });
      line.close(`setup refused: ${verdict.errorCode}`);
      return;
    }
    line.send(SetupConnectionSuccess, { usedVersion: verdict.usedVersion, flags: verdict.flags });
    const session: Session = {
      setup,
      version: verdict.usedVersion,
      serverFlags: verdict.flags,
      extensions: this.#extensions,
      requiredExtensions: this.#options.policy.requiredExtensions,
    };
    line.ready(session);
  }

  #negotiate(line: Line, payload: Uint8Array): void {
    const { policy } = this.#options;
    const request = RequestExtensions.decode(payload).value;
    const { requestId } = request;
    const verdict = judgeExtensions(request, policy.extensions, policy.requiredExtensions);
    // A later negotiation replaces the former one, ambiguity A-42.
    this.#extensions.clear();
    if (!verdict.accepted) {
      line.send(RequestExtensionsError, {
        requestId,
        unsupportedExtensions: verdict.unsupported,
        requiredExtensions: verdict.required,
      });
      return;
    }
    for (const id of verdict.supported) this.#extensions.add(id);
    const extensions = verdict.supported.join(" ");
    line.log.debug("extensions.negotiated", { peer: line.address, extensions });
    line.send(RequestExtensionsSuccess, { requestId, supportedExtensions: verdict.supported });
  }
}

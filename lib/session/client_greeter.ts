import type { Frame } from "../frame/frame.ts";
import { PeerError } from "../errors.ts";
import {
  Reconnect,
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
import type { Initiator, Split } from "../noise/handshake.ts";
import type { Greeter, Line } from "./connection.ts";

/** What the dialling side says of itself, and what it wants. */
export interface ClientGreeterOptions {
  readonly initiator: Initiator;
  readonly setup: SetupConnection;
  /** Extensions to ask for. None: RequestExtensions is not sent. */
  readonly extensions: readonly number[];
  /** Reconnect, SV2 §3.6.5: an empty host or port 0 means the one we dialled. */
  readonly onReconnect: (to: Reconnect) => void;
}

/** How a connection attempt got on, for whoever has to explain it. */
type Stage = "setup" | "extensions" | "ready";

/** The dialling side of a connection: proves the server, sets up, negotiates extensions. */
export class ClientGreeter implements Greeter {
  readonly handshakeSize = 234;
  readonly #options: ClientGreeterOptions;
  readonly #extensions = new Set<number>();
  #stage: Stage = "setup";
  #success: SetupConnectionSuccess | undefined;
  #requestId = 0;

  constructor(options: ClientGreeterOptions) {
    this.#options = options;
  }

  opening(): Uint8Array {
    return this.#options.initiator.act1();
  }

  handshake(act2: Uint8Array): { readonly split: Split } {
    return { split: this.#options.initiator.receive(act2) };
  }

  secured(line: Line): void {
    line.send(SetupConnection, this.#options.setup);
  }

  received(line: Line, frame: Frame): void {
    const message = messageOf(frame.extensionType, frame.msgType);
    const { payload } = frame;
    if (message === Reconnect && this.#stage === "ready") {
      this.#options.onReconnect(Reconnect.decode(payload).value);
    } else if (message === SetupConnectionSuccess && this.#stage === "setup") {
      this.#accepted(line, SetupConnectionSuccess.decode(payload).value);
    } else if (message === SetupConnectionError && this.#stage === "setup") {
      const { errorCode, flags } = SetupConnectionError.decode(payload).value;
      const lacks = flags === 0 ? "" : ` (flags 0x${flags.toString(16)})`;
      throw new PeerError(`setup refused by the server: ${errorCode}${lacks}`, "3.6.3");
    } else if (message === RequestExtensionsSuccess && this.#stage === "extensions") {
      const { requestId, supportedExtensions } = RequestExtensionsSuccess.decode(payload).value;
      if (requestId !== this.#requestId) return;
      for (const id of supportedExtensions) {
        // What nobody asked for is not used, EXT-15.
        if (this.#options.extensions.includes(id)) this.#extensions.add(id);
      }
      this.#ready(line);
    } else if (message === RequestExtensionsError && this.#stage === "extensions") {
      this.#refused(line, RequestExtensionsError.decode(payload).value);
    } else line.ignore(frame, "not expected here");
  }

  /** A server that knows no extensions says nothing; the role works without them, EXT-17, EXT-18. */
  expired(line: Line): void {
    if (this.#stage === "extensions") this.#ready(line);
    else line.close("no answer to SetupConnection in time");
  }

  #accepted(line: Line, success: SetupConnectionSuccess): void {
    const { setup, extensions } = this.#options;
    const { usedVersion } = success;
    if (usedVersion < setup.minVersion || usedVersion > setup.maxVersion) {
      throw new PeerError(`server chose version ${usedVersion}`, "3.6.2");
    }
    this.#success = success;
    if (extensions.length === 0) return this.#ready(line);
    this.#stage = "extensions";
    this.#request(line, extensions);
  }

  #refused(line: Line, error: RequestExtensionsError): void {
    if (error.requestId !== this.#requestId) return;
    const missing = error.requiredExtensions.filter((id) => !this.#options.extensions.includes(id));
    if (missing.length > 0) {
      throw new PeerError(`server requires extensions ${missing.join(", ")}`, "EXT 4.6");
    }
    this.#ready(line);
  }

  #request(line: Line, requestedExtensions: readonly number[]): void {
    this.#requestId++;
    line.send(RequestExtensions, { requestId: this.#requestId, requestedExtensions });
  }

  #ready(line: Line): void {
    if (this.#success === undefined) return;
    this.#stage = "ready";
    line.ready({
      setup: this.#options.setup,
      version: this.#success.usedVersion,
      serverFlags: this.#success.flags,
      extensions: this.#extensions,
      requiredExtensions: [],
    });
  }
}

import { deepStrictEqual, strictEqual, throws } from "node:assert";
import type { Fields, Message, Values } from "../codec/message.ts";
import { PeerError } from "../errors.ts";
import { SetupConnectionError, SetupConnectionSuccess } from "../messages/common.ts";
import {
  RequestExtensions,
  RequestExtensionsError,
  RequestExtensionsSuccess,
} from "../messages/extensions.ts";
import { recordingLog } from "../../tests/support/fake_host.ts";
import { ephemeralKey } from "../noise/crypto.ts";
import { Initiator } from "../noise/handshake.ts";
import { ClientGreeter } from "./client_greeter.ts";
import type { Line } from "./connection.ts";
import type { Session } from "./role.ts";

/** A greeter of a client that wants `extensions`, and what it does to its line. */
function greet(extensions: readonly number[]) {
  const sent: string[] = [];
  let session: Session | undefined;
  const line: Line = {
    address: "server:1",
    log: recordingLog([]),
    get settled() {
      return session;
    },
    send: (message) => void sent.push(message.name),
    ready: (settled) => void (session = settled),
    close: (reason) => void sent.push(`close ${reason}`),
    ignore: (_frame, why) => void sent.push(`ignore ${why}`),
  };
  const key = ephemeralKey(new Uint8Array(32).fill(3), new Uint8Array(32));
  const greeter = new ClientGreeter({
    initiator: new Initiator({ ephemeral: key, unix: 0 }),
    setup: {
      protocol: 0,
      minVersion: 2,
      maxVersion: 2,
      flags: 0,
      endpointHost: "",
      endpointPort: 1,
      vendor: "v",
      hardwareVersion: "",
      firmware: "",
      deviceId: "",
    },
    extensions,
    onReconnect: () => {},
  });
  greeter.secured(line);
  return {
    line,
    greeter,
    sent,
    session: () => session,
    hear<F extends Fields>(message: Message<F>, value: Values<F>): void {
      const { extension: extensionType, channel: channelMsg, id: msgType } = message;
      greeter.received(line, {
        extensionType,
        channelMsg,
        msgType,
        payload: message.encode(value),
      });
    },
  };
}

Deno.test("CONN-7 a version outside the range that was offered is refused", () => {
  for (const usedVersion of [0, 1, 3, 65_535]) {
    const { hear } = greet([]);
    throws(() => hear(SetupConnectionSuccess, { usedVersion, flags: 0 }), PeerError);
  }
});

Deno.test("CONN-9 the server's flags reach the role", () => {
  const { hear, session } = greet([]);
  hear(SetupConnectionSuccess, { usedVersion: 2, flags: 2 });
  strictEqual(session()?.serverFlags, 2);
});

Deno.test("ERR-2, ERR-6 a refusal is a refusal, whatever its code", () => {
  for (const errorCode of ["unsupported-protocol", "", "xyzzy", "\n\u001b[2J"]) {
    const { hear } = greet([]);
    throws(() => hear(SetupConnectionError, { flags: 0, errorCode }), PeerError);
  }
});

Deno.test("EXT-17, EXT-18 a server that says nothing about extensions is used without", () => {
  const { hear, greeter, line, session, sent } = greet([2]);
  hear(SetupConnectionSuccess, { usedVersion: 2, flags: 0 });
  strictEqual(session(), undefined);
  greeter.expired(line);
  deepStrictEqual([...session()?.extensions ?? []], []);
  deepStrictEqual(sent, ["SetupConnection", "RequestExtensions"]);
});

Deno.test("EXT-19 after an error without required extensions the client goes on without", () => {
  const { hear, session } = greet([2]);
  hear(SetupConnectionSuccess, { usedVersion: 2, flags: 0 });
  hear(RequestExtensionsError, {
    requestId: 1,
    unsupportedExtensions: [2],
    requiredExtensions: [],
  });
  deepStrictEqual([...session()?.extensions ?? []], []);
});

Deno.test("EXT-14 a server that requires what we do not have is left", () => {
  const { hear } = greet([2]);
  hear(SetupConnectionSuccess, { usedVersion: 2, flags: 0 });
  const error = { requestId: 1, unsupportedExtensions: [], requiredExtensions: [5] };
  throws(() => hear(RequestExtensionsError, error), PeerError);
});

Deno.test("EXT-15, EXT-16 an answer to another request, or more than was asked for, is not used", () => {
  const { hear, session } = greet([2]);
  hear(SetupConnectionSuccess, { usedVersion: 2, flags: 0 });
  hear(RequestExtensionsSuccess, { requestId: 77, supportedExtensions: [2] });
  strictEqual(session(), undefined);
  hear(RequestExtensionsSuccess, { requestId: 1, supportedExtensions: [2, 3] });
  deepStrictEqual([...session()?.extensions ?? []], [2]);
});

Deno.test("EXT-9 RequestExtensions is the first message after SetupConnection.Success", () => {
  const { hear, sent } = greet([2]);
  hear(SetupConnectionSuccess, { usedVersion: 2, flags: 0 });
  deepStrictEqual(sent, ["SetupConnection", RequestExtensions.name]);
});

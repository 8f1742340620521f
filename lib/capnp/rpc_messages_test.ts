import { ok, strictEqual } from "node:assert/strict";
import vectors from "../../tests/vectors/capnp.json" with { type: "json" };
import { Framer } from "./framer.ts";
import { Message } from "./message.ts";
import {
  abortMessage,
  bootstrapMessage,
  finishMessage,
  releaseMessage,
  remoteError,
  unimplementedMessage,
} from "./rpc_messages.ts";

const BYTES = new Map(vectors.rpc.map(({ name, hex }) => [name, hex]));

Deno.test("bootstrapMessage() and the other requests are the reference's, byte for byte", () => {
  strictEqual(bootstrapMessage(5).toHex(), BYTES.get("bootstrap"));
  strictEqual(releaseMessage(5, 2).toHex(), BYTES.get("release"));
  strictEqual(finishMessage(5).toHex(), BYTES.get("finish"));
});

Deno.test("abortMessage() says why", () => {
  const [message] = messagesOf(abortMessage("because"));
  strictEqual(message?.root().u16(0), 1);
  strictEqual(message.root().struct(0).text(0), "because");
});

Deno.test("unimplementedMessage() sends back what came", () => {
  const [resolve] = messagesOf(Uint8Array.fromHex(BYTES.get("resolve") ?? ""));
  ok(resolve !== undefined);
  const [answer] = messagesOf(unimplementedMessage(resolve, 5));
  ok(answer !== undefined);
  const inner = answer.root().struct(0);
  strictEqual(answer.root().u16(0), 0);
  strictEqual(inner.u16(0), 5);
  strictEqual(inner.struct(0).u32(0), 6);
  strictEqual(inner.struct(0).struct(0).u32(4), 4);
  strictEqual(unimplementedMessage(resolve, 5).toHex(), BYTES.get("unimplemented"));
});

Deno.test("unimplementedMessage() tells the kind of what came in several segments", () => {
  const [resolve] = messagesOf(Uint8Array.fromHex(BYTES.get("resolve") ?? ""));
  const message = new Message([...resolve?.segments ?? [], new Uint8Array(8)]);
  const [answer] = messagesOf(unimplementedMessage(message, 5));
  strictEqual(answer?.root().struct(0).u16(0), 5);
});

Deno.test("remoteError() has the other side's words, and what kind of failure it is", () => {
  const [message] = messagesOf(Uint8Array.fromHex(BYTES.get("exception") ?? ""));
  ok(message !== undefined);
  const error = remoteError(message.root().struct(0).struct(0));
  strictEqual(error.kind, "unimplemented");
  strictEqual(error.message, "no such method");
});

function messagesOf(frame: Uint8Array): Message[] {
  const messages: Message[] = [];
  new Framer().push(frame, (message) => messages.push(message));
  return messages;
}

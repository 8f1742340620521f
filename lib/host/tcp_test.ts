import { ok, strictEqual } from "node:assert/strict";
import { listen } from "./tcp.ts";

/** Sends as fast as it can for as long as anyone takes it. */
const FLOOD = `
const connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(Deno.args[0]) });
const bytes = new Uint8Array(65_536);
try { for (;;) await connection.write(bytes); } catch { Deno.exit(); }
`;

Deno.test("listen() lets nobody who sends without end keep the program from all else", async () => {
  const listener = listen({ hostname: "127.0.0.1", port: 0 });
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", FLOOD, String(listener.address.port)],
  }).spawn();
  const buffer = new Uint8Array(65_536);
  let received = 0;
  let turns = 0;
  for await (const socket of listener) {
    const timer = setInterval(() => turns++, 1);
    const end = performance.now() + 500;
    while (performance.now() < end) {
      received += await socket.read(buffer) ?? 0;
      // As long as it takes to answer some hundred messages.
      for (const until = performance.now() + 5; performance.now() < until;);
    }
    clearInterval(timer);
    socket.close();
    break;
  }
  listener.close();
  await child.status;
  ok(received > 1_000_000, `received ${received} bytes`);
  ok(turns >= 10, `${turns} turns of the event loop in half a second`);
});

Deno.test("listen() gives what is sent in the order it is sent, however it is cut", async () => {
  const listener = listen({ hostname: "127.0.0.1", port: 0 });
  const { hostname, port } = listener.address;
  const client = await Deno.connect({ hostname, port });
  const sent = crypto.getRandomValues(new Uint8Array(60_000));
  const received: number[] = [];
  for await (const socket of listener) {
    const writing = client.write(sent).then(() => client.closeWrite());
    const buffer = new Uint8Array(1_000);
    for (let length; (length = await socket.read(buffer)) !== null;) {
      received.push(...buffer.subarray(0, length));
    }
    await writing;
    socket.close();
    break;
  }
  listener.close();
  client.close();
  strictEqual(received.length, sent.length);
  ok(sent.every((byte, i) => byte === received[i]));
});

import { ok, strictEqual } from "node:assert/strict";
import { listen } from "./tcp.ts";

Deno.test("listen() lets nobody who sends without end keep the program from all else", async () => {
  const listener = listen({ hostname: "127.0.0.1", port: 0 });
  const { hostname, port } = listener.address;
  const client = await Deno.connect({ hostname, port });
  const sent = new Uint8Array(60_000);
  let turns = 0;
  for await (const socket of listener) {
    await client.write(sent);
    const timer = setInterval(() => turns++, 1);
    const buffer = new Uint8Array(600);
    for (let received = 0; received < sent.length;) {
      received += await socket.read(buffer) ?? sent.length;
      // As long as it takes to answer some messages.
      for (const until = performance.now() + 2; performance.now() < until;);
    }
    clearInterval(timer);
    socket.close();
    break;
  }
  listener.close();
  client.close();
  ok(turns >= 10, `${turns} turns of the event loop in 100 reads of 2 ms`);
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

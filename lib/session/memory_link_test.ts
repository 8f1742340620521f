import { deepStrictEqual, rejects, strictEqual, throws } from "node:assert";
import type { Socket } from "../ports.ts";
import { memoryLink } from "./memory_link.ts";

const ADDRESS = { hostname: "own-node", port: 0 };

async function linked(): Promise<{ client: Socket; server: Socket; close: () => void }> {
  const link = memoryLink(ADDRESS);
  const listener = link.listen(ADDRESS);
  const client = await link.connect(ADDRESS, 1_000);
  for await (const server of listener) {
    return { client, server, close: () => listener.close() };
  }
  throw new Error("nobody came");
}

Deno.test("memoryLink() carries bytes both ways, in any pieces", async () => {
  const { client, server, close } = await linked();
  const sent = Uint8Array.from({ length: 10_000 }, (_, i) => i);
  const writing = client.write(sent);
  const received: number[] = [];
  const buffer = new Uint8Array(37);
  while (received.length < sent.length) {
    received.push(...buffer.subarray(0, await server.read(buffer) ?? 0));
  }
  await writing;
  deepStrictEqual(Uint8Array.from(received), sent);
  const answer = server.write(Uint8Array.of(1, 2));
  strictEqual(await client.read(buffer), 2);
  await answer;
  close();
});

Deno.test("memoryLink() lets nobody write more than is read", async () => {
  const { client, server, close } = await linked();
  let written = 0;
  const first = client.write(Uint8Array.of(1)).then(() => written++);
  const second = client.write(Uint8Array.of(2)).then(() => written++);
  await new Promise((resolve) => setTimeout(resolve, 5));
  strictEqual(written, 0);
  await server.read(new Uint8Array(8));
  await first;
  strictEqual(written, 1);
  await server.read(new Uint8Array(8));
  await second;
  close();
});

Deno.test("memoryLink() ends both sides when one closes", async () => {
  const { client, server, close } = await linked();
  const reading = server.read(new Uint8Array(8));
  client.close();
  strictEqual(await reading, null);
  await rejects(server.write(Uint8Array.of(1)));
  strictEqual(await client.read(new Uint8Array(8)), null);
  close();
});

Deno.test("memoryLink() has nobody to connect to before and after somebody listens", async () => {
  const link = memoryLink(ADDRESS);
  await rejects(link.connect(ADDRESS, 1_000), /own-node/);
  const listener = link.listen(ADDRESS);
  throws(() => link.listen(ADDRESS));
  const waiting = await link.connect(ADDRESS, 1_000);
  listener.close();
  strictEqual(await waiting.read(new Uint8Array(8)), null);
  await rejects(link.connect(ADDRESS, 1_000));
  link.listen(ADDRESS).close();
});

import { deepStrictEqual } from "node:assert";
import {
  RequestExtensions,
  RequestExtensionsError,
  RequestExtensionsSuccess,
} from "../lib/messages/extensions.ts";
import { OpenExtendedMiningChannel } from "../lib/messages/mining.ts";
import { OPEN, openStage } from "./support/stage.ts";

Deno.test("EXT-7, EXT-11, EXT-12, EXT-16, EXT-20 extensions are negotiated as asked", async () => {
  const stage = await openStage();
  const client = await stage.ready();
  const ask = (requestId: number, requestedExtensions: number[]) =>
    client.send(RequestExtensions, { requestId, requestedExtensions });
  await ask(1, [2, 3, 2]);
  await ask(2, [0x4abc]);
  await ask(3, []);
  await ask(4, [1]);
  await ask(5, Array.from({ length: 65_000 >> 1 }, (_, i) => i * 2));
  await stage.host.clock.advance(10);
  deepStrictEqual(client.all(RequestExtensionsSuccess), [
    { requestId: 1, supportedExtensions: [2] },
    { requestId: 3, supportedExtensions: [] },
    { requestId: 4, supportedExtensions: [1] },
    { requestId: 5, supportedExtensions: [2] },
  ]);
  deepStrictEqual(client.all(RequestExtensionsError), [
    { requestId: 2, unsupportedExtensions: [0x4abc], requiredExtensions: [] },
  ]);
  deepStrictEqual(client.received.slice(1).map(({ channelMsg }) => channelMsg), [
    false,
    false,
    false,
    false,
    false,
  ]);
  await stage.close();
});

Deno.test("EXT-9 a client that never negotiates is served", async () => {
  const stage = await openStage();
  const client = await stage.ready();
  await client.send(OpenExtendedMiningChannel, OPEN);
  await stage.host.clock.advance(10);
  deepStrictEqual(stage.role.told, ["connected", "OpenExtendedMiningChannel"]);
  await stage.close();
});

Deno.test("EXT-13, EXT-14 a required extension: named, one more try allowed, nothing served without", async () => {
  const stage = await openStage({ requiredExtensions: [2] });
  const client = await stage.ready();
  await client.send(RequestExtensions, { requestId: 1, requestedExtensions: [5] });
  await stage.host.clock.advance(10);
  deepStrictEqual(client.all(RequestExtensionsError), [
    { requestId: 1, unsupportedExtensions: [5], requiredExtensions: [2] },
  ]);
  await client.send(RequestExtensions, { requestId: 2, requestedExtensions: [2] });
  await client.send(OpenExtendedMiningChannel, OPEN);
  await stage.host.clock.advance(10);
  deepStrictEqual(stage.role.told, ["connected", "OpenExtendedMiningChannel"]);
  const stubborn = await stage.ready();
  await stubborn.send(OpenExtendedMiningChannel, OPEN);
  await stage.host.clock.advance(10);
  deepStrictEqual([stubborn.closed, stage.role.told.at(-1)], [true, "disconnected"]);
  await stage.close();
});

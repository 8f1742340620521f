import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import vectors from "../../tests/vectors/capnp.json" with { type: "json" };
import {
  CapnpServer,
  type Framing,
  type ServerObject,
  type ServerReply,
} from "../../tests/support/capnp_server.ts";
import { FakeNetwork, settle } from "../../tests/support/fake_host.ts";
import { DecodeError, UsageError } from "../errors.ts";
import type { Socket } from "../ports.ts";
import type { Capability, PromisedObject } from "./capability.ts";
import { RpcConnection } from "./connection.ts";
import { RemoteError } from "./remote_error.ts";
import type { Results } from "./results.ts";
import type { Call } from "./rpc.ts";
import { KIND } from "./rpc_messages.ts";

const INTERFACE = 0xf9c68436df3af39en;
const METHOD = { echo: 0, make: 1, fail: 2, hang: 3, many: 4, use: 5 };

for (const framing of ["single", "far", "double-far"] satisfies Framing[]) {
  Deno.test(`RpcConnection calls, and reads answers that are ${framing}`, async () => {
    const { connection, server } = open(framing);
    const self = await connection.bootstrap();
    strictEqual(await echo(connection, self, "a"), "a");
    const large = "x".repeat(3_000_000);
    strictEqual(await echo(connection, self, large), large);
    connection.close(new Error("done"));
    await settle();
    ok(server.ended);
  });
}

Deno.test("RpcConnection reads answers that come byte by byte", async () => {
  const { connection, network } = open();
  network.chunk = 1;
  strictEqual(await echo(connection, await connection.bootstrap(), "bit by bit"), "bit by bit");
});

Deno.test("RpcConnection has many calls under way, answered in any order", async () => {
  const { connection, hanging } = open();
  const self = await connection.bootstrap();
  const calls = [1, 2, 3].map(() => call(connection, self, METHOD.hang));
  await settle();
  const order: number[] = [];
  calls.forEach((answer, i) => void answer.then(() => order.push(i)));
  strictEqual(await echo(connection, self, "meanwhile"), "meanwhile");
  for (const i of [2, 0, 1]) {
    hanging[i]?.();
    await settle();
  }
  deepStrictEqual(order, [2, 0, 1]);
});

Deno.test("RpcConnection calls objects that are only promised yet", async () => {
  const { connection, server } = open();
  const self = await connection.bootstrap();
  const { answer, object } = connection.promise(
    callOf(self, METHOD.make, (results) => results.capability(0)),
  );
  const echoed = echo(connection, object, "early");
  const made = await answer;
  strictEqual(await echoed, "early");
  await settle();
  strictEqual(server.unfinished.size, 0);
  made?.release();
  strictEqual(connection.held, 1);
});

Deno.test("RpcConnection tells that a promised object never came", async () => {
  const { connection } = open();
  const self = await connection.bootstrap();
  for (const method of [METHOD.echo, METHOD.fail]) {
    const { answer, object } = connection.promise(callOf(self, method, () => {}));
    answer.catch(() => {});
    await rejects(echo(connection, object, "too early"), RemoteError);
  }
  self.release();
  const { answer, object } = connection.promise(callOf(self, METHOD.make, () => {}));
  await rejects(answer, UsageError);
  connection.close(new Error("done"));
  await rejects(echo(connection, object, "too late"), /done/);
});

Deno.test("RpcConnection finishes each question, and uses its number again", async () => {
  const { connection, server } = open();
  const self = await connection.bootstrap();
  for (let i = 0; i < 50; i++) await echo(connection, self, "again");
  await rejects(call(connection, self, METHOD.fail));
  await settle();
  strictEqual(server.unfinished.size, 0);
  strictEqual(server.highestQuestion, 0);
  await Promise.all([1, 2, 3].map(() => echo(connection, self, "together")));
  strictEqual(server.highestQuestion, 2);
});

Deno.test("RpcConnection gives back what is released, once, and what nobody took", async () => {
  const { connection, server } = open();
  const self = await connection.bootstrap();
  strictEqual(server.held, 1);
  const made = await make(connection, self);
  const again = await make(connection, self);
  ok(made !== undefined && again !== undefined);
  strictEqual(made.id, again.id);
  strictEqual(server.held, 3);
  made.release();
  made.release();
  await settle();
  strictEqual(server.held, 2);
  // The other reference still counts: the object lives.
  strictEqual(await echo(connection, again, "alive"), "alive");
  await call(connection, self, METHOD.many);
  await settle();
  strictEqual(server.held, 2);
  strictEqual(connection.held, 2);
  await rejects(echo(connection, made, "dead"), UsageError);
});

Deno.test("RpcConnection has undefined for an object that is null", async () => {
  const { connection } = open();
  const self = await connection.bootstrap();
  strictEqual(await call(connection, self, METHOD.echo, (r) => r.capability(0)), undefined);
});

Deno.test("RpcConnection mentions the other side's objects in parameters", async () => {
  const { connection, used, made } = open();
  const self = await connection.bootstrap();
  const object = await make(connection, self);
  ok(object !== undefined);
  await connection.call({
    target: self,
    interfaceId: INTERFACE,
    methodId: METHOD.use,
    shape: { data: 0, pointers: 1 },
    fill(params) {
      params.capability(0, 0);
      return [object];
    },
    read: () => {},
  });
  deepStrictEqual(used, [made]);
});

Deno.test("RpcConnection rejects a call with the other side's words, and lives on", async () => {
  const { connection } = open();
  const self = await connection.bootstrap();
  await rejects(call(connection, self, METHOD.fail), (error) => {
    ok(error instanceof RemoteError);
    strictEqual(error.kind, "unimplemented");
    strictEqual(error.message, "no such method");
    return true;
  });
  strictEqual(await echo(connection, self, "alive"), "alive");
});

Deno.test("RpcConnection answers what it does not understand, and lives on", async () => {
  const { connection, server } = open();
  const self = await connection.bootstrap();
  const resolve = vectors.rpc.find(({ name }) => name === "resolve");
  server.raw(Uint8Array.fromHex(resolve?.hex ?? ""));
  strictEqual(await echo(connection, self, "alive"), "alive");
  ok(server.kinds.includes(KIND.unimplemented));
});

Deno.test("RpcConnection fails all calls when the other side is gone, without a stray error", async () => {
  const { connection, server } = open();
  const self = await connection.bootstrap();
  const calls = [1, 2].map(() => call(connection, self, METHOD.hang));
  const failed = Promise.all(calls.map((answer) => rejects(answer, gone)));
  await settle();
  server.close();
  await failed;
  ok(gone(await connection.closed));
  await rejects(echo(connection, self, "late"), gone);
  self.release();
  connection.close(new Error("closed twice"));
  ok(gone(await connection.closed));
});

Deno.test("RpcConnection fails calls with the reason for which it is closed", async () => {
  const { connection } = open();
  const self = await connection.bootstrap();
  const failed = rejects(call(connection, self, METHOD.hang), /it hangs/);
  await settle();
  connection.close(new Error("it hangs"));
  await failed;
});

Deno.test("RpcConnection ends on an abort, with its reason", async () => {
  const { connection, server } = open();
  await connection.bootstrap();
  const abort = vectors.rpc.find(({ name }) => name === "abort");
  server.raw(Uint8Array.fromHex(abort?.hex ?? ""));
  const reason = await connection.closed;
  ok(reason instanceof RemoteError);
  strictEqual(reason.message, "because");
});

Deno.test("RpcConnection tells the other side why, and ends, when it breaks the protocol", async () => {
  const { connection, server } = open();
  await connection.bootstrap();
  // An answer to a question that nobody asked.
  const answer = vectors.rpc.find(({ name }) => name === "exception");
  server.raw(Uint8Array.fromHex(answer?.hex ?? ""));
  ok(await connection.closed instanceof DecodeError);
  await settle();
  strictEqual(server.kinds.at(-1), KIND.abort);
  ok(server.ended);
});

Deno.test("RpcConnection ends when results are malformed, whoever reads them", async () => {
  const { connection } = open();
  const self = await connection.bootstrap();
  const read = call(connection, self, METHOD.echo, (results) => results.content.struct(1));
  await rejects(read, DecodeError);
  ok(await connection.closed instanceof DecodeError);
});

Deno.test("RpcConnection outlives what its callers do wrong when they read", async () => {
  const { connection } = open();
  const self = await connection.bootstrap();
  const wrong = call(connection, self, METHOD.echo, () => {
    throw new Error("a fault of ours");
  });
  await rejects(wrong, /a fault of ours/);
  strictEqual(await echo(connection, self, "alive"), "alive");
});

Deno.test("RpcConnection does not gather without end for who does not read", async () => {
  const network = new FakeNetwork();
  const [client, server] = network.pipe("client", "server");
  const stuck: Socket = { ...client, write: () => new Promise(() => {}) };
  const connection = new RpcConnection(stuck);
  const message = new Uint8Array(8_000_000);
  new DataView(message.buffer).setUint32(4, 999_999, true);
  message.set([0, 0, 0, 0, 1, 0, 0, 0, 99], 8); // A message of kind 99.
  for (let i = 0; i < 20; i++) await server.write(message);
  ok(gone(await connection.closed));
});

Deno.test("RpcConnection ends with a reason, whatever the other side sends", async () => {
  const anything = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.tuple(fc.integer({ min: 0, max: 20 }), fc.uint8Array({ minLength: 8, maxLength: 160 }))
      .map(([kind, body]) => {
        const words = body.length >> 3;
        const frame = new Uint8Array(24 + words * 8);
        frame.set(body.subarray(0, words * 8), 24);
        const view = new DataView(frame.buffer);
        view.setUint32(4, words + 2, true);
        view.setUint32(12, 0x0001_0001, true);
        view.setUint16(16, kind, true);
        return frame;
      }),
  );
  await fc.assert(fc.asyncProperty(fc.array(anything, { maxLength: 5 }), async (pieces) => {
    const [client, server] = new FakeNetwork().pipe("client", "server");
    const connection = new RpcConnection(client);
    const asked = connection.bootstrap().then(() => {}, (error) => error);
    for (const piece of pieces) await server.write(piece).catch(() => {});
    await settle();
    server.close();
    const reason = await connection.closed;
    ok(reason instanceof DecodeError || reason instanceof RemoteError, String(reason));
    await asked;
  }));
});

interface Opened {
  readonly connection: RpcConnection;
  readonly server: CapnpServer;
  readonly network: FakeNetwork;
  /** Let calls go on that hang. */
  readonly hanging: (() => void)[];
  /** Objects that were mentioned. */
  readonly used: unknown[];
  /** The object that the server makes, always the same. */
  readonly made: ServerObject;
}

function open(framing: Framing = "single"): Opened {
  const network = new FakeNetwork();
  network.keepsWire = false;
  const hanging: (() => void)[] = [];
  const used: unknown[] = [];
  const object = (others: ServerObject[]): ServerObject => ({
    async call({ methodId, params, object }): Promise<ServerReply> {
      if (methodId === METHOD.fail) throw new RemoteError("unimplemented", "no such method");
      if (methodId === METHOD.hang) await new Promise<void>((resolve) => hanging.push(resolve));
      if (methodId === METHOD.use) used.push(object(0));
      const shape = { data: 0, pointers: 2 };
      if (methodId === METHOD.echo) {
        return { shape, fill: (results) => void results.text(1, params.text(0)) };
      }
      if (methodId !== METHOD.make && methodId !== METHOD.many) return undefined;
      const objects = methodId === METHOD.make ? others : [...others, undefined, ...others];
      return {
        shape,
        fill(results) {
          results.capability(0, 0);
          return objects;
        },
      };
    },
  });
  const made = object([]);
  const [client, theirs] = network.pipe("client", "server");
  const server = new CapnpServer(theirs, object([made]));
  server.framing = framing;
  void server.run();
  return { connection: new RpcConnection(client), server, network, hanging, used, made };
}

function callOf<T>(
  target: Capability | PromisedObject,
  methodId: number,
  read: (results: Results) => T,
  text = "",
): Call<T> {
  return {
    target,
    interfaceId: INTERFACE,
    methodId,
    shape: { data: 0, pointers: 1 },
    fill(params) {
      params.text(0, text);
      return [];
    },
    read,
  };
}

function call<T = void>(
  connection: RpcConnection,
  target: Capability | PromisedObject,
  methodId: number,
  read: (results: Results) => T = () => undefined as T,
  text = "",
): Promise<T> {
  return connection.call(callOf(target, methodId, read, text));
}

function echo(
  connection: RpcConnection,
  target: Capability | PromisedObject,
  text: string,
): Promise<string> {
  return call(connection, target, METHOD.echo, ({ content }) => content.text(1), text);
}

function make(connection: RpcConnection, target: Capability): Promise<Capability | undefined> {
  return call(connection, target, METHOD.make, (results) => results.capability(0));
}

function gone(error: unknown): boolean {
  return error instanceof RemoteError && error.kind === "disconnected";
}

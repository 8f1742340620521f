import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import * as fc from "fast-check";
import { TpMachine } from "../../../tests/support/tp_machine.ts";
import { DecodeError, PeerError } from "../../errors.ts";

/** A machine whose node is up on block 1, with a client that has a template. */
function served(): { machine: TpMachine; client: ReturnType<TpMachine["client"]> } {
  const machine = new TpMachine();
  machine.up(1);
  const client = machine.client(100);
  machine.answer(1);
  strictEqual(client.templates.length, 1);
  return { machine, client };
}

Deno.test("TpRole orders one template for any number of clients of a shape", () => {
  const machine = new TpMachine();
  machine.up(1);
  const clients = [machine.client(100), machine.client(100), machine.client(200)];
  // 208 bytes and less are within the node's floor: one shape.
  strictEqual(machine.builds.length, 1);
  machine.answer(1);
  clients.push(machine.client(150));
  machine.client(300);
  strictEqual(machine.builds.length, 1);
  machine.answer(1);
  deepStrictEqual(clients.map(({ templates }) => templates.length), [1, 1, 1, 1]);
  deepStrictEqual(new Set(clients.map((c) => c.templates[0]?.templateId)), new Set([1n]));
});

Deno.test("TpRole asks again if the tip changes while a template is made", () => {
  const machine = new TpMachine();
  machine.up(1);
  const client = machine.client(100);
  machine.tip(2);
  strictEqual(machine.builds.length, 1);
  const outdated = machine.answer(1);
  deepStrictEqual([client.templates.length, machine.released], [0, [outdated]]);
  machine.answer(2);
  deepStrictEqual(client.prevHashes.map(({ prevHash }) => prevHash[0]), [2]);
  deepStrictEqual(machine.builds, []);
});

Deno.test("TpRole takes a template on a newer tip than the node told of", () => {
  const { machine, client } = served();
  machine.pass(6_000);
  machine.role.feesChanged(machine.now);
  machine.answer(2);
  deepStrictEqual(client.prevHashes.map(({ prevHash }) => prevHash[0]), [1, 2]);
  machine.tip(2);
  machine.answer(2);
  strictEqual(client.templates.length, 2);
});

Deno.test("TpRole sends SetNewPrevHash again when the same tip asks for other nBits", () => {
  const { machine, client } = served();
  machine.tip(1, 0x1f00_ffff);
  machine.answer(1, { nBits: 0x1f00_ffff });
  deepStrictEqual(client.prevHashes.map(({ nBits }) => nBits), [0x207f_ffff, 0x1f00_ffff]);
  ok(client.templates.every(({ futureTemplate }) => futureTemplate));
});

Deno.test("TpRole lets time run on in SetNewPrevHash for who comes late", () => {
  const { machine } = served();
  machine.pass(3_500);
  const late = machine.client(100);
  strictEqual(late.prevHashes[0]?.headerTimestamp, 1_700_000_003);
});

Deno.test("TpRole looks at fees no more often than the interval allows, and adds them up", () => {
  const { machine, client } = served();
  const offer = (fees: bigint): void => {
    machine.role.feesChanged(machine.now);
    machine.pass(250);
    if (machine.builds.length > 0) machine.answer(1, { fees });
  };
  for (let i = 0; i < 19; i++) offer(5_000n);
  strictEqual(client.templates.length, 1);
  machine.pass(250);
  offer(500n);
  offer(999n);
  strictEqual(client.templates.length, 1);
  offer(1_000n);
  deepStrictEqual(client.templates.map(({ futureTemplate }) => futureTemplate), [true, false]);
  offer(9_000n);
  strictEqual(client.templates.length, 2);
  machine.pass(5_000);
  strictEqual(machine.builds.length, 1);
  machine.answer(1, { fees: 9_000n });
  strictEqual(client.templates.length, 3);
});

Deno.test("TpRole forgets a shape with its last client, and its answer with it", () => {
  const machine = new TpMachine();
  machine.up(1);
  const client = machine.client(100);
  client.close("gone");
  const template = machine.answer(1);
  deepStrictEqual(machine.released, [template]);
  machine.tip(2);
  deepStrictEqual(machine.builds, []);
});

Deno.test("TpRole keeps its clients through a short absence of the node, and serves them after it", () => {
  const { machine, client } = served();
  machine.role.nodeDown("socket closed", machine.now);
  machine.pass(9_000);
  strictEqual(client.closed, undefined);
  machine.up(2);
  machine.answer(2);
  deepStrictEqual(client.prevHashes.map(({ prevHash }) => prevHash[0]), [1, 2]);
  machine.pass(60_000);
  strictEqual(client.closed, undefined);
});

Deno.test("TpRole sends its clients away when the node stays away: others may have one", () => {
  const { machine, client } = served();
  machine.role.nodeDown("socket closed", machine.now);
  machine.pass(9_000);
  machine.role.nodeDown("still", machine.now);
  machine.pass(2_000);
  strictEqual(client.closed, "no templates: the node is down");
});

Deno.test("TpRole tries again when a template cannot be made, then gives those clients up", () => {
  const { machine, client } = served();
  const demanding = machine.client(50_000);
  for (let failures = 0; failures < 4; failures++) {
    machine.fail("no");
    machine.pass(1_000);
    strictEqual(machine.builds.length, 1);
  }
  strictEqual(demanding.closed, undefined);
  machine.fail("no room");
  strictEqual(demanding.closed, "no template can be had: no room");
  strictEqual(client.closed, undefined);
});

Deno.test("TpRole answers requests with what the node gives, and says so if it gives nothing", () => {
  const { machine, client } = served();
  client.request(1n);
  const [order] = machine.gathers;
  ok(order !== undefined);
  machine.role.gathered(order, [Uint8Array.of(1, 2, 3)]);
  client.request(1n);
  machine.role.gathered(order, undefined);
  deepStrictEqual(client.successes.map((s) => s.transactionList), [[Uint8Array.of(1, 2, 3)]]);
  deepStrictEqual(client.errors, [{ templateId: 1n, errorCode: "template-id-not-found" }]);
});

Deno.test("FRAME-4 TpRole refuses to send more transactions than a message can hold", () => {
  const { machine, client } = served();
  client.request(1n);
  const [order] = machine.gathers;
  ok(order !== undefined);
  const megabyte = new Uint8Array(1_000_000);
  machine.role.gathered(order, Array(17).fill(megabyte));
  client.request(1n);
  machine.role.gathered(order, Array(65_536).fill(Uint8Array.of(0)));
  deepStrictEqual(client.errors.map(({ errorCode }) => errorCode), [
    "transaction-data-too-large",
    "transaction-data-too-large",
  ]);
  client.request(1n);
  machine.role.gathered(order, Array(16).fill(megabyte));
  strictEqual(client.successes.length, 1);
});

Deno.test("TpRole lets nobody have many requests under way", () => {
  const { machine, client } = served();
  for (let i = 0; i < 4; i++) client.request(1n);
  throws(() => client.request(1n), PeerError);
  strictEqual(machine.gathers.length, 4);
});

Deno.test("TpRole makes a template fresh again when a reorganisation comes back to its tip", () => {
  const { machine, client } = served();
  machine.tip(2);
  machine.answer(2);
  machine.pass(9_000);
  machine.tip(1);
  machine.answer(1);
  machine.pass(9_000);
  client.request(1n);
  client.request(2n);
  strictEqual(machine.gathers.length, 2);
  machine.pass(2_000);
  client.request(2n);
  deepStrictEqual(client.errors, [{ templateId: 2n, errorCode: "stale-template-id" }]);
  deepStrictEqual(client.prevHashes.map(({ prevHash }) => prevHash[0]), [1, 2, 1]);
});

Deno.test("TDP-12 TpRole's ids rise for every client, whatever happens", () => {
  const action = fc.oneof(
    fc.record({ do: fc.constant("ask" as const), who: fc.nat(2), size: fc.nat(4) }),
    fc.record({ do: fc.constant("tip" as const), hash: fc.integer({ min: 1, max: 4 }) }),
    fc.record({ do: fc.constant("fees" as const) }),
    fc.record({ do: fc.constant("answer" as const) }),
    fc.record({ do: fc.constant("wait" as const), ms: fc.nat(20_000) }),
  );
  fc.assert(fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
    const machine = new TpMachine();
    machine.up(1);
    const clients = [machine.client(0), machine.client(1_000), machine.client(0)];
    let hash = 1;
    let fees = 0n;
    for (const each of actions) {
      const client = clients[each.do === "ask" ? each.who : 0];
      if (each.do === "ask" && client !== undefined && client.closed === undefined) {
        try {
          client.ask(each.size * 1_000);
        } catch (error) {
          ok(error instanceof PeerError);
        }
      }
      if (each.do === "tip") machine.tip(hash = each.hash);
      if (each.do === "fees") machine.role.feesChanged(machine.now);
      if (each.do === "answer" && machine.builds.length > 0) {
        machine.answer(hash, { fees: fees += 2_000n });
      }
      if (each.do === "wait") machine.pass(each.ms);
    }
    while (machine.builds.length > 0) machine.answer(hash, { fees });
    for (const client of clients) {
      const ids = client.templates.map(({ templateId }) => templateId);
      ok(ids.every((id, i) => i === 0 || id > (ids[i - 1] ?? 0n)), `${ids}`);
      const futures = client.templates.filter(({ futureTemplate }) => futureTemplate);
      deepStrictEqual(
        client.prevHashes.map(({ templateId }) => templateId),
        futures.map(({ templateId }) => templateId),
      );
      strictEqual(client.prevHashes.at(-1)?.prevHash[0], hash);
    }
  }));
});

Deno.test("TpRole throws nothing but what ends the connection, whatever a client sends", () => {
  const ids = fc.constantFrom(0x70, 0x73, 0x76);
  const messages = fc.array(fc.tuple(ids, fc.uint8Array({ maxLength: 80 })), { maxLength: 20 });
  fc.assert(fc.property(messages, (sent) => {
    const { machine, client } = served();
    for (const [msgType, payload] of sent) {
      const frame = { extensionType: 0, channelMsg: false, msgType, payload };
      try {
        machine.role.received(client, frame, machine.now);
      } catch (error) {
        if (!(error instanceof DecodeError || error instanceof PeerError)) throw error;
      }
    }
    deepStrictEqual(machine.found, []);
  }));
});

import { deepStrictEqual, rejects, strictEqual, throws } from "node:assert";
import { FakeHost } from "../../tests/support/fake_host.ts";
import { OperatorError } from "../errors.ts";
import { FailoverNode } from "./failover.ts";
import type { Node, NodeEvent, NodeHealth, NodeTemplate, Tip, Verdict } from "./node.ts";

/** A node that is as it is told to be. */
class PuppetNode implements Node {
  readonly network = "regtest";
  readonly emptyTemplate?: () => Promise<NodeTemplate>;
  #listener: (event: NodeEvent) => void = () => {};
  #end = Promise.withResolvers<void>();

  constructor(readonly name: string, hasEmpty = false) {
    if (hasEmpty) this.emptyTemplate = () => Promise.resolve(templateOf(`${name}, empty`));
  }

  run(signal: AbortSignal): Promise<void> {
    signal.addEventListener("abort", () => this.#end.resolve(), { once: true });
    return this.#end.promise;
  }

  fail(error: Error): void {
    this.#end.reject(error);
  }

  subscribe(listener: (event: NodeEvent) => void): () => void {
    this.#listener = listener;
    return () => {};
  }

  up(height: number): void {
    this.#listener({ type: "up", tip: tipAt(height) });
  }

  tip(height: number): void {
    this.#listener({ type: "tip", tip: tipAt(height) });
  }

  down(): void {
    this.#listener({ type: "down", reason: `${this.name} is gone` });
  }

  fees(): void {
    this.#listener({ type: "fees" });
  }

  template(): Promise<NodeTemplate> {
    return Promise.resolve(templateOf(this.name));
  }

  submit(): Promise<Verdict> {
    return Promise.resolve({ outcome: "refused", reason: this.name });
  }

  health(): Promise<NodeHealth> {
    return Promise.reject(new OperatorError("peer", this.name));
  }
}

function tipAt(height: number): Tip {
  return { hash: new Uint8Array(32).fill(height), height, nBits: 1 };
}

/** A template that says whose it is. */
function templateOf(name: string): NodeTemplate {
  return { merklePath: [new TextEncoder().encode(name)] } as unknown as NodeTemplate;
}

class World implements AsyncDisposable {
  readonly host = new FakeHost();
  readonly first: PuppetNode;
  readonly second: PuppetNode;
  readonly node: FailoverNode;
  readonly events: string[] = [];
  readonly done: Promise<void>;

  constructor(firstHasEmpty = false) {
    this.first = new PuppetNode("first", firstHasEmpty);
    this.second = new PuppetNode("second");
    this.node = new FailoverNode([this.first, this.second], this.host);
    this.node.subscribe((event) => {
      this.events.push("tip" in event ? `${event.type} ${event.tip.height}` : event.type);
    });
    this.done = this.node.run(this.host.signal);
  }

  async pass(ms: number): Promise<void> {
    await this.host.clock.advance(ms);
  }

  async whose(empty = false): Promise<string> {
    const constraints = { reservedWeight: 4_000, reservedSigops: 0 };
    const template = await (empty ? this.node.emptyTemplate : this.node.template)
      ?.call(this.node, constraints);
    return new TextDecoder().decode(template?.merklePath[0]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.host.stop.abort();
    await this.pass(10);
    await this.done;
  }
}

Deno.test("FailoverNode takes templates from the first that is up", async () => {
  await using world = new World();
  await rejects(world.whose(), /first|has not been reached/);
  world.first.down();
  world.second.up(5);
  strictEqual(await world.whose(), "second");
  deepStrictEqual(world.events, ["up 5"]);
});

Deno.test("FailoverNode says at the start that none is up, once all have said so", async () => {
  await using world = new World();
  world.first.down();
  deepStrictEqual(world.events, []);
  world.second.down();
  deepStrictEqual(world.events, ["down"]);
});

Deno.test("FailoverNode waits a moment at the start for a preferred node that is silent", async () => {
  await using world = new World();
  world.second.up(5);
  await world.pass(1_000);
  await rejects(world.whose());
  world.first.up(5);
  strictEqual(await world.whose(), "first");
  await using other = new World();
  other.second.up(5);
  await other.pass(6_000);
  strictEqual(await other.whose(), "second");
});

Deno.test("FailoverNode goes to the next when one is gone, and tells of its tip", async () => {
  await using world = new World();
  world.first.up(5);
  world.second.up(6);
  world.first.tip(6);
  world.second.tip(7);
  world.first.fees();
  world.second.fees();
  world.first.down();
  strictEqual(await world.whose(), "second");
  deepStrictEqual(world.events, ["up 5", "tip 6", "fees", "tip 7"]);
  strictEqual(world.host.logged("node.switched")[0]?.["reason"], "first is gone");
});

Deno.test("FailoverNode is down only when all are, and says why for each", async () => {
  await using world = new World();
  world.first.up(5);
  world.second.up(5);
  world.first.down();
  world.second.down();
  deepStrictEqual(world.events, ["up 5", "tip 5", "down"]);
  await rejects(world.whose(), /first is gone; second is gone/);
  world.second.up(6);
  deepStrictEqual(world.events.at(-1), "up 6");
});

Deno.test("FailoverNode returns to the preferred node once it has been well for a while", async () => {
  await using world = new World();
  world.first.down();
  world.second.up(5);
  world.first.up(5);
  await world.pass(20_000);
  strictEqual(await world.whose(), "second");
  world.first.down();
  world.first.up(5);
  await world.pass(20_000);
  strictEqual(await world.whose(), "second");
  await world.pass(11_000);
  strictEqual(await world.whose(), "first");
  deepStrictEqual(world.events, ["up 5", "tip 5"]);
});

Deno.test("FailoverNode does not return to a node that lacks blocks", async () => {
  await using world = new World();
  world.first.down();
  world.second.up(6);
  world.first.up(5);
  await world.pass(120_000);
  strictEqual(await world.whose(), "second");
  world.first.tip(6);
  await world.pass(31_000);
  strictEqual(await world.whose(), "first");
});

Deno.test("FailoverNode passes over a node that sits on an old tip", async () => {
  await using world = new World();
  world.first.up(5);
  world.second.up(5);
  world.second.tip(6);
  await world.pass(50_000);
  strictEqual(await world.whose(), "first");
  await world.pass(12_000);
  strictEqual(await world.whose(), "second");
  deepStrictEqual(world.events, ["up 5", "tip 6"]);
  strictEqual(
    world.host.logged("node.switched")[0]?.["reason"],
    "it lacks blocks that another node has",
  );
});

Deno.test("FailoverNode gives an empty template where the node has one sooner, else a full one", async () => {
  await using world = new World(true);
  world.first.up(5);
  strictEqual(await world.whose(true), "first, empty");
  world.first.down();
  world.second.up(5);
  strictEqual(await world.whose(true), "second");
  await using without = new World();
  strictEqual(without.node.emptyTemplate, undefined);
});

Deno.test("FailoverNode goes on without a node that turns out to be of no use", async () => {
  await using world = new World();
  world.first.up(5);
  world.second.fail(new OperatorError("config", "another network"));
  await world.pass(10);
  strictEqual(await world.whose(), "first");
  strictEqual(world.host.logged("node.unusable")[0]?.["reason"], "another network");
  world.first.down();
  await rejects(world.whose(), /first is gone; another network/);
});

Deno.test("FailoverNode ends with a node that can never work while none is up", async () => {
  const world = new World();
  world.second.fail(new OperatorError("config", "another network"));
  await rejects(world.done, /another network/);
});

Deno.test("FailoverNode needs a node", () => {
  throws(() => new FailoverNode([], new FakeHost()));
});

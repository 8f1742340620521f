import { deepStrictEqual, match, ok, rejects, strictEqual, throws } from "node:assert/strict";
import { FakeHost } from "../../../tests/support/fake_host.ts";
import {
  type Dialect,
  FakeRpcNode,
  FEE,
  REGENERATE,
  reply,
} from "../../../tests/support/fake_rpc_node.ts";
import { OperatorError } from "../../errors.ts";
import { type NodeBench, testNode } from "../conformance.ts";
import type { NodeEvent } from "../node.ts";
import { solveTemplate } from "../solve.ts";
import { userAndPassword } from "./credentials.ts";
import { digestHere } from "./digest_here.ts";
import { RpcNode, type RpcNodeOptions } from "./rpc_node.ts";

const CONSTRAINTS = { reservedWeight: 2_000, reservedSigops: 400 };
const LOGIN = { user: "user", password: "sesame" };

for (const dialect of ["core", "btcd"] as const) {
  testNode({
    name: `RpcNode as ${dialect} answers`,
    test: (name, run) => Deno.test(name, run),
    open: () => open(dialect, "regtest"),
    openMistaken: () => open(dialect, "mainnet"),
  });
}

function open(dialect: Dialect, network: "regtest" | "mainnet"): Promise<NodeBench> {
  const { host, far, node } = bench({ network }, dialect);
  return Promise.resolve({
    node,
    async pay() {
      far.pay();
      await host.clock.advance(REGENERATE[dialect] * 1_000 + 8_000);
    },
    wait: (ms: number) => host.clock.advance(ms),
    close: () => Promise.resolve(),
  });
}

/** A node, the far end of it, and what it says; not run yet. */
function bench(options: Partial<RpcNodeOptions> = {}, dialect: Dialect = "core") {
  const host = new FakeHost();
  const far = new FakeRpcNode(host.clock, dialect);
  host.onPost = (request) => far.answer(request);
  const node = new RpcNode({
    url: "http://127.0.0.1:18443",
    network: "regtest",
    credentials: userAndPassword(LOGIN),
    digest: digestHere(),
    host,
    ...options,
  });
  const events: NodeEvent[] = [];
  node.subscribe((event) => events.push(event));
  const types = (): string[] => events.map(({ type }) => type);
  return { host, far, node, events, types };
}

/** The same, run. It ends at the end of the test. */
function running(options: Partial<RpcNodeOptions> = {}, dialect: Dialect = "core") {
  const stage = bench(options, dialect);
  const stop = new AbortController();
  const done = stage.node.run(stop.signal);
  // It may fail before the test looks.
  done.catch(() => {});
  return {
    ...stage,
    done,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await done.catch(() => {});
    },
  };
}

function refuse(why: string): () => Promise<never> {
  return () => Promise.reject(new OperatorError("peer", `Cannot ask there: ${why}`));
}

Deno.test("RpcNode takes a new tip's template from the long poll, and does not ask again", async () => {
  await using stage = running();
  const { host: { clock }, far, node, events } = stage;
  await clock.advance(3_000);
  far.calls.length = 0;
  far.mine();
  await clock.advance(1);
  const template = await node.template(CONSTRAINTS);
  const tip = events.at(-1);
  strictEqual(tip?.type, "tip");
  deepStrictEqual(template.prevHash, tip.tip.hash);
  // The next long poll, and nothing else.
  deepStrictEqual(far.calls, ["getblocktemplate"]);
});

Deno.test("RpcNode makes templates of several shapes from one answer", async () => {
  await using stage = running();
  const { host: { clock }, far, node } = stage;
  await clock.advance(5_000);
  far.calls.length = 0;
  const templates = await Promise.all(
    [2_000, 3_000, 4_000_000].map((reservedWeight) =>
      node.template({ ...CONSTRAINTS, reservedWeight })
    ),
  );
  strictEqual(templates.length, 3);
  strictEqual(far.calls.length, 1);
});

Deno.test("RpcNode has a template made anew for those who come a second later", async () => {
  await using stage = running({ pollMs: 60_000 });
  const { host: { clock }, far, node } = stage;
  await clock.advance(1);
  far.calls.length = 0;
  await clock.advance(998);
  await node.template(CONSTRAINTS);
  strictEqual(far.calls.length, 0);
  await clock.advance(1);
  strictEqual((await node.template(CONSTRAINTS)).time, clock.unix());
  strictEqual(far.calls.length, 1);
});

Deno.test("RpcNode looks at the fees every six seconds, and tells when there are more", async () => {
  await using stage = running();
  const { host: { clock }, far, node, types } = stage;
  await clock.advance(1);
  far.pay();
  await clock.advance(5_000);
  deepStrictEqual(types(), ["up"]);
  await clock.advance(1_500);
  deepStrictEqual(types(), ["up", "fees"]);
  strictEqual((await node.template(CONSTRAINTS)).fees, FEE);
  await clock.advance(60_000);
  deepStrictEqual(types(), ["up", "fees"]);
});

Deno.test("RpcNode tells of a tip within a second where there is no long poll", async () => {
  await using stage = running({ pollMs: 60_000 });
  const { host: { clock }, far, types } = stage;
  far.alter = ({ longpollid: _, ...template }) => template;
  await clock.advance(1_500);
  far.mine();
  await clock.advance(1_000);
  deepStrictEqual(types(), ["up", "tip"]);
});

Deno.test("RpcNode does not spin on a node whose long poll does not wait", async () => {
  await using stage = running();
  const { host: { clock }, far } = stage;
  let id = 0;
  far.alter = (template) => ({ ...template, longpollid: `always another, ${id++}` });
  await clock.advance(10_000);
  ok(far.calls.length < 20, `${far.calls.length} calls in 10 s`);
});

Deno.test("RpcNode tells of another nBits on the same block as of a tip", async () => {
  await using stage = running();
  const { host: { clock }, far, types } = stage;
  await clock.advance(1);
  far.alter = (template) => ({ ...template, bits: "207ffffe" });
  await clock.advance(6_500);
  deepStrictEqual(types(), ["up", "tip"]);
});

Deno.test("RpcNode asks again when two answers are of two tips", async () => {
  await using stage = running();
  const { host, far, node, types } = stage;
  await host.clock.advance(1);
  // The answer with the fees is made, and then it takes its time.
  const slow = Promise.withResolvers<void>();
  let held = 0;
  host.onPost = async (request) => {
    const answer = await far.answer(request);
    const isLongPoll = new TextDecoder().decode(request.body).includes("longpollid");
    if (!isLongPoll && held++ === 0) await slow.promise;
    return answer;
  };
  await host.clock.advance(6_500);
  far.mine();
  await host.clock.advance(1);
  deepStrictEqual(types(), ["up", "tip"]);
  strictEqual(held, 1);
  slow.resolve();
  await host.clock.advance(1);
  deepStrictEqual(types(), ["up", "tip"]);
  strictEqual(held, 2);
  strictEqual((await node.template(CONSTRAINTS)).height, 112);
});

Deno.test("RpcNode goes down when the node stops, says why, and comes up again", async () => {
  await using stage = running();
  const { host, far, node, events, types } = stage;
  await host.clock.advance(20_000);
  far.instead = refuse("refused; nothing listens there");
  await host.clock.advance(6_000);
  deepStrictEqual(types(), ["up", "down"]);
  const down = events[1];
  strictEqual(down?.type, "down");
  match(down.reason, /refused; nothing listens there$/);
  await rejects(node.template(CONSTRAINTS), /refused; nothing listens there$/);
  await rejects(node.health(), OperatorError);
  far.instead = () =>
    Promise.resolve(
      reply(500, {
        result: null,
        error: { code: -28, message: "Loading block index…" },
        id: 1,
      }),
    );
  await host.clock.advance(10_000);
  const starting = events[2];
  strictEqual(starting?.type, "down");
  match(starting.reason, /it is starting \("Loading block index…", error -28\)$/);
  far.instead = () => undefined;
  await host.clock.advance(5_000);
  deepStrictEqual(types(), ["up", "down", "down", "up"]);
  strictEqual((await node.template(CONSTRAINTS)).height, 111);
});

Deno.test("RpcNode stays up, and keeps up, when only long polls break off", async () => {
  await using stage = running();
  const { host: { clock }, far, types } = stage;
  let broken = 0;
  far.instead = (_, [parameters]) =>
    JSON.stringify(parameters)?.includes("longpollid") ? (broken++, refuse("reset")()) : undefined;
  await clock.advance(60_000);
  far.mine();
  await clock.advance(5_500);
  deepStrictEqual(types(), ["up", "tip"]);
  ok(broken >= 20 && broken <= 40, `${broken} broke off`);
});

Deno.test("RpcNode takes a node that does not answer in time for down", async () => {
  await using stage = running();
  const { host: { clock }, far, events } = stage;
  await clock.advance(1_000);
  far.instead = () => new Promise(() => {});
  await clock.advance(30_000);
  const down = events.at(-1);
  strictEqual(down?.type, "down");
  match(down.reason, /no answer within 10 s$/);
});

Deno.test("RpcNode tries again every two seconds at the least, and twice a second at most", async () => {
  await using stage = running();
  const { host: { clock }, far } = stage;
  far.instead = refuse("refused");
  await clock.advance(60_000);
  ok(far.calls.length >= 30 && far.calls.length <= 35, `${far.calls.length} tries in a minute`);
});

const NO_NODES: readonly [string, { status: number; body: Uint8Array }, RegExp][] = [
  [
    "a page",
    { status: 200, body: new TextEncoder().encode("<html>") },
    /HTTP 200 without JSON-RPC/,
  ],
  ["a fault's page", { status: 500, body: new TextEncoder().encode("<h1>") }, /HTTP 500 without/],
  ["a word of a server with TLS", {
    status: 400,
    body: new TextEncoder().encode("Client sent an HTTP request to an HTTPS server."),
  }, /HTTP 400 without JSON-RPC \(is it https:\/\/ there\?\)/],
  ["half an answer", { status: 200, body: new TextEncoder().encode('{"result":') }, /is not JSON;/],
  ["other JSON", reply(200, { hello: 1 }), /not JSON-RPC; is this the RPC port/],
  ["another result", reply(200, { result: 7 }), /it is no hash;/],
  ["a redirect", { status: 301, body: new Uint8Array() }, /redirect \(HTTP 301\), which is not/],
  ["a full queue", { status: 503, body: new Uint8Array() }, /raise its rpcworkqueue/],
  ["no entry", { status: 403, body: new Uint8Array() }, /rpcallowip/],
  [
    "another method",
    reply(404, { error: { code: -32601, message: "Method not found" } }),
    /is it a/,
  ],
];
for (const [what, response, why] of NO_NODES) {
  Deno.test(`RpcNode says what is wrong where ${what} is answered`, async () => {
    await using stage = running();
    const { host: { clock }, far, events } = stage;
    far.instead = () => Promise.resolve(response);
    await clock.advance(100);
    const [down] = events;
    strictEqual(down?.type, "down");
    match(down.reason, why);
    far.instead = () => undefined;
    await clock.advance(5_000);
    strictEqual(events.at(-1)?.type, "up");
  });
}

Deno.test("RpcNode says that the node still downloads blocks, or has no peers", async () => {
  await using stage = running();
  const { host: { clock }, far, events } = stage;
  const fail = (code: number, message: string) => (method: string) =>
    method === "getblocktemplate"
      ? Promise.resolve(reply(200, { result: null, error: { code, message }, id: 1 }))
      : undefined;
  far.instead = fail(-10, "Bitcoin is downloading blocks...");
  await clock.advance(100);
  far.instead = fail(-9, "Bitcoin is not connected");
  await clock.advance(5_000);
  far.instead = fail(-9, "Shutting down");
  await clock.advance(5_000);
  const reasons = events.map((event) => event.type === "down" ? event.reason : event.type);
  match(reasons[0] ?? "", /getblocktemplate .*still downloading blocks; wait until it is in sync/);
  match(reasons[1] ?? "", /no connection to other nodes/);
  match(reasons[2] ?? "", /it is being stopped/);
});

Deno.test("RpcNode refuses a node on another network, and names both", async () => {
  await using stage = running();
  const { host: { clock }, far, done, events } = stage;
  far.genesisHash = "000000000933ea01ad0ee984209779baaec3ced90fa3f408719526f8d77f4943";
  await clock.advance(5_000);
  await rejects(done, (error) => {
    ok(error instanceof OperatorError);
    strictEqual(error.kind, "config");
    match(
      error.message,
      /^Cannot use rpc:http:\/\/127\.0\.0\.1:18443: it is on testnet3, and .* says regtest;/,
    );
    return true;
  });
  deepStrictEqual(events.filter(({ type }) => type === "up"), []);
});

Deno.test("RpcNode ends on a password that is refused from the start, and does not show it", async () => {
  await using stage = running();
  const { host: { clock }, far, done } = stage;
  far.login = "user:another";
  await clock.advance(5_000);
  await rejects(done, (error) => {
    ok(error instanceof OperatorError);
    strictEqual(error.kind, "config");
    match(error.message, /refuses the user or the password \(HTTP 401\)/);
    strictEqual(error.message.includes(LOGIN.password + '"'), false);
    return true;
  });
});

Deno.test("RpcNode goes down on a password that is refused later, and no more", async () => {
  await using stage = running();
  const { host: { clock }, far, events } = stage;
  await clock.advance(1_000);
  far.login = "user:another";
  await clock.advance(20_000);
  const down = events.at(-1);
  strictEqual(down?.type, "down");
  match(down.reason, /HTTP 401/);
  far.login = "user:sesame";
  await clock.advance(5_000);
  strictEqual(events.at(-1)?.type, "up");
});

Deno.test("RpcNode reads the cookie again when the node has another, without going down", async () => {
  let cookie = "first";
  let reads = 0;
  const credentials = () => Promise.resolve({ user: "__cookie__", password: (reads++, cookie) });
  const stage = bench({ credentials });
  const { host: { clock }, far, node, types } = stage;
  far.login = "__cookie__:first";
  const stop = new AbortController();
  const done = node.run(stop.signal);
  await clock.advance(1_000);
  strictEqual(reads, 1);
  far.login = "__cookie__:second";
  cookie = "second";
  await clock.advance(30_000);
  ok(reads > 1);
  deepStrictEqual(types(), ["up"]);
  stop.abort();
  await done;
});

Deno.test("RpcNode reads the node's certificate again when it comes up again", async () => {
  let reads = 0;
  await using stage = running({ ca: () => Promise.resolve(`certificate ${++reads}`) });
  const { host, far } = stage;
  await host.clock.advance(20_000);
  strictEqual(reads, 1);
  far.instead = refuse("its certificate is not trusted");
  await host.clock.advance(10_000);
  far.instead = () => undefined;
  const asked: unknown[] = [];
  host.onPost = (request) => {
    asked.push(request.ca);
    return far.answer(request);
  };
  await host.clock.advance(10_000);
  strictEqual(asked[0], `certificate ${reads}`);
  ok(reads > 1);
});

Deno.test("RpcNode does not take a URL with a password in it, and does not show it", () => {
  for (const url of ["http://user:secret@127.0.0.1:8332", "no url", "ftp://127.0.0.1"]) {
    throws(() => bench({ url }), (error) => {
      ok(error instanceof OperatorError);
      strictEqual(error.kind, "config");
      strictEqual(error.message.includes("secret"), false);
      return true;
    });
  }
});

Deno.test("RpcNode warns where blocks need a signature that it cannot make", async () => {
  await using stage = running({ network: "signet" });
  const { host, far } = stage;
  far.genesisHash = "00000008819873e925422c1ff0f99f7cc9bbb232af63a077a480a3633bee1ef6";
  far.alter = (template) => ({ ...template, signet_challenge: "512103ad5e" });
  await host.clock.advance(30_000);
  strictEqual(host.logged("node.needs_signer").length, 1);
});

Deno.test("RpcNode makes no template on the old tip once its own block is the new one", async () => {
  await using stage = running();
  const { host, node } = stage;
  // The long poll does not come back.
  const { onPost } = host;
  host.onPost = (request) =>
    new TextDecoder().decode(request.body).includes("longpollid")
      ? new Promise(() => {})
      : onPost(request);
  await host.clock.advance(1);
  const template = await node.template(CONSTRAINTS);
  const block = solveTemplate(template, [], { payTo: Uint8Array.of(0x51) });
  deepStrictEqual(await node.submit(block), { outcome: "accepted" });
  strictEqual((await node.template(CONSTRAINTS)).height, template.height + 1);
});

Deno.test("RpcNode waits for no answer from before its own block", async () => {
  await using stage = running();
  const { host, node } = stage;
  await host.clock.advance(1);
  const template = await node.template(CONSTRAINTS);
  const { onPost } = host;
  let held = 0;
  host.onPost = (request) =>
    new TextDecoder().decode(request.body).includes("getblocktemplate") && held++ === 0
      ? new Promise(() => {})
      : onPost(request);
  await host.clock.advance(6_500);
  strictEqual(held, 1);
  const block = solveTemplate(template, [], { payTo: Uint8Array.of(0x51) });
  deepStrictEqual(await node.submit(block), { outcome: "accepted" });
  strictEqual((await node.template(CONSTRAINTS)).height, template.height + 1);
});

Deno.test("RpcNode gives blocks to a node that it does not watch", async () => {
  const { node } = bench();
  deepStrictEqual(
    await node.submit({
      template: undefined,
      header: new Uint8Array(80),
      coinbase: new Uint8Array(),
      block: Uint8Array.of(1, 2),
    }),
    { outcome: "refused", reason: "Block decode failed" },
  );
  await rejects(node.template(CONSTRAINTS), OperatorError);
});

for (const dialect of ["core", "btcd"] as const) {
  Deno.test(`RpcNode knows how the node is, as ${dialect} answers`, async () => {
    await using stage = running({}, dialect);
    const { tipTime, ...health } = await stage.node.health();
    deepStrictEqual(health, { blocks: 110, headers: 110, initialDownload: false, peers: 3 });
    strictEqual(tipTime, 1_700_000_000);
  });
}

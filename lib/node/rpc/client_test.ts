import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { OWN_CERTIFICATE } from "../../../tests/support/certificates.ts";
import { FakeHost } from "../../../tests/support/fake_host.ts";
import { reply } from "../../../tests/support/fake_rpc_node.ts";
import { OperatorError } from "../../errors.ts";
import type { HttpRequest, HttpResponse } from "../../ports.ts";
import { RpcClient, type RpcClientOptions } from "./client.ts";

const LIMITS = { timeoutMs: 1_000 };
const DENIED = { status: 401, body: new Uint8Array() };

/** A client, what it asked for, and what it is answered in turn; the last one for ever. */
function bench(answers: readonly HttpResponse[], options: Partial<RpcClientOptions> = {}) {
  const host = new FakeHost();
  const requests: HttpRequest[] = [];
  host.onPost = (request) => {
    requests.push(request);
    const answer = answers[Math.min(requests.length, answers.length) - 1];
    return answer === undefined ? Promise.reject(new Error("no answer")) : Promise.resolve(answer);
  };
  const client = new RpcClient({
    url: "https://127.0.0.1:18334",
    credentials: () => Promise.resolve({ user: "__cookie__", password: "sésame" }),
    host,
    name: "rpc:there",
    ...options,
  });
  const sent = (): unknown[] =>
    requests.map(({ body }) => JSON.parse(new TextDecoder().decode(body)));
  return { client, requests, sent };
}

Deno.test("RpcClient.call() sends JSON-RPC with an id of its own, and gives the result", async () => {
  const { client, requests, sent } = bench([reply(200, { result: { a: 1 }, error: null, id: 1 })], {
    ca: () => Promise.resolve(OWN_CERTIFICATE),
  });
  deepStrictEqual(await client.call("getblockhash", [0], LIMITS), { a: 1 });
  deepStrictEqual(await client.call("getblockcount", [], LIMITS), { a: 1 });
  deepStrictEqual(sent(), [
    { jsonrpc: "1.0", id: 1, method: "getblockhash", params: [0] },
    { jsonrpc: "1.0", id: 2, method: "getblockcount", params: [] },
  ]);
  const [first] = requests;
  strictEqual(first?.ca, OWN_CERTIFICATE);
  const [scheme, token = ""] = first.headers["authorization"]?.split(" ") ?? [];
  strictEqual(scheme, "Basic");
  strictEqual(new TextDecoder().decode(Uint8Array.fromBase64(token)), "__cookie__:sésame");
});

Deno.test("RpcClient.call() gives null where that is the result", async () => {
  const { client } = bench([reply(200, { result: null, error: null, id: 1 })]);
  strictEqual(await client.call("submitblock", ["00"], LIMITS), null);
});

Deno.test("RpcClient.call() asks once more with other credentials if the first are refused", async () => {
  let asked = 0;
  const { client, requests } = bench([DENIED, reply(200, { result: 7, id: 1 })], {
    credentials: () => Promise.resolve({ user: "__cookie__", password: `${asked++}` }),
  });
  strictEqual(await client.call("getblockcount", [], LIMITS), 7);
  strictEqual(await client.call("getblockcount", [], LIMITS), 7);
  strictEqual(asked, 2);
  strictEqual(requests.length, 3);
});

Deno.test("RpcClient.call() gives up on credentials that are refused twice", async () => {
  const { client, requests } = bench([DENIED]);
  await rejects(client.call("getblockcount", [], LIMITS), (error) => {
    ok(error instanceof OperatorError);
    strictEqual(error.kind, "config");
    strictEqual(error.message.includes("sésame"), false);
    return true;
  });
  strictEqual(requests.length, 2);
});

Deno.test("RpcClient.call() tells the node's own words, cut to a length", async () => {
  const message = "x".repeat(100_000);
  const { client } = bench([reply(500, { result: null, error: { code: -1, message }, id: 1 })]);
  await rejects(client.call("getblockcount", [], LIMITS), (error) => {
    ok(error instanceof OperatorError);
    ok(error.message.includes("xxx") && error.message.length < 500);
    return true;
  });
});

import { match, ok, rejects, strictEqual, throws } from "node:assert/strict";
import { FakeHost } from "../../tests/support/fake_host.ts";
import { OperatorError } from "../errors.ts";
import { serveHttp } from "./http_server.ts";

const HERE = { hostname: "127.0.0.1", port: 0 };

Deno.test("serveHttp() answers on a free port, and tells the handler where", async () => {
  const { log } = new FakeHost();
  const server = serveHttp(HERE, (request, { port }) => {
    return new Response(`${new URL(request.url).pathname} on ${port}`);
  }, log);
  const { port } = server.address;
  ok(port > 0);
  const response = await fetch(`http://127.0.0.1:${port}/x`);
  strictEqual(await response.text(), `/x on ${port}`);
  await server.close();
  await rejects(fetch(`http://127.0.0.1:${port}/x`));
});

Deno.test("serveHttp() hands the host through that was asked for", async () => {
  const { log } = new FakeHost();
  const server = serveHttp(HERE, ({ headers }) => new Response(headers.get("host")), log);
  using socket = await Deno.connect({ hostname: "127.0.0.1", port: server.address.port });
  const request = "GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n";
  await socket.write(new TextEncoder().encode(request));
  match(await new Response(socket.readable).text(), /\r\n\r\nevil\.example$/);
  await server.close();
});

Deno.test("serveHttp() logs a fault and says nothing about it", async () => {
  const host = new FakeHost();
  const server = serveHttp(HERE, () => {
    throw new Error("a detail");
  }, host.log);
  const response = await fetch(`http://127.0.0.1:${server.address.port}/`);
  strictEqual(response.status, 500);
  ok(!(await response.text()).includes("a detail"));
  match(String(host.logged("http.fault")[0]?.["reason"]), /a detail/);
  await server.close();
});

Deno.test("serveHttp() close() ends answers that never end", async () => {
  const { log } = new FakeHost();
  const server = serveHttp(HERE, () => new Response(new ReadableStream()), log);
  const response = await fetch(`http://127.0.0.1:${server.address.port}/`);
  await server.close();
  await rejects(response.text());
});

Deno.test("serveHttp() says which port is taken", async () => {
  const { log } = new FakeHost();
  const server = serveHttp(HERE, () => new Response(), log);
  const { port } = server.address;
  throws(
    () => serveHttp({ hostname: "127.0.0.1", port }, () => new Response(), log),
    (error) =>
      error instanceof OperatorError && /another program has this port/.test(error.message),
  );
  await server.close();
});

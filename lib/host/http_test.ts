import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import { OTHER_CERTIFICATE, OWN_CERTIFICATE, OWN_KEY } from "../../tests/support/certificates.ts";
import { OperatorError } from "../errors.ts";
import type { HttpRequest } from "../ports.ts";
import { closeIdleConnections, post } from "./http.ts";

const SECRET = "c2VjcmV0";
const REQUEST: Omit<HttpRequest, "url"> = {
  headers: { authorization: `Basic ${SECRET}` },
  body: new TextEncoder().encode("question"),
  timeoutMs: 5_000,
  maxBytes: 1_000_000,
};

/** Runs with a server on this computer; what it is asked goes through `answer`. */
async function withServer(
  answer: (request: Request) => Response | Promise<Response>,
  run: (url: string) => Promise<void>,
  tls?: { cert: string; key: string },
): Promise<void> {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {}, ...tls }, answer);
  try {
    await run(`${tls === undefined ? "http" : "https"}://127.0.0.1:${server.addr.port}/`);
  } finally {
    closeIdleConnections();
    await server.shutdown();
  }
}

function refuses(request: HttpRequest, why: RegExp): Promise<void> {
  return rejects(post(request), (error) => {
    ok(error instanceof OperatorError);
    strictEqual(error.kind, "peer");
    match(error.message, why);
    strictEqual(error.message.includes(SECRET), false);
    return true;
  });
}

Deno.test("post() sends headers and body, and gives status and body back", () =>
  withServer(
    async (request) => {
      const heard = [request.method, request.headers.get("authorization"), await request.text()];
      return new Response(JSON.stringify(heard), { status: 500 });
    },
    async (url) => {
      const { status, body } = await post({ ...REQUEST, url });
      strictEqual(status, 500);
      deepStrictEqual(JSON.parse(new TextDecoder().decode(body)), [
        "POST",
        `Basic ${SECRET}`,
        "question",
      ]);
    },
  ));

Deno.test("post() carries megabytes both ways, whether the length is announced or not", () =>
  withServer(
    async (request) => {
      const bytes = await request.bytes();
      return new Response(request.url.endsWith("/known") ? bytes : ReadableStream.from([bytes]));
    },
    async (url) => {
      const body = new Uint8Array(8_000_000).map((_, i) => i * 7);
      for (const path of ["known", "chunked"]) {
        const answer = await post({ ...REQUEST, url: url + path, body, maxBytes: body.length });
        ok(answer.body.every((byte, i) => byte === body[i]) && answer.body.length === body.length);
      }
    },
  ));

Deno.test("post() gives up on an answer that is too large, announced or not", () =>
  withServer(
    (request) => {
      const bytes = new Uint8Array(5_000);
      return new Response(request.url.endsWith("/known") ? bytes : ReadableStream.from([bytes]));
    },
    async (url) => {
      for (const path of ["known", "chunked"]) {
        await refuses(
          { ...REQUEST, url: url + path, maxBytes: 4_999 },
          /the answer exceeds 4999 bytes$/,
        );
      }
    },
  ));

Deno.test("post() gives up when time is over, or when it is told to", () =>
  withServer(
    () => new Promise<Response>((resolve) => setTimeout(() => resolve(new Response()), 400)),
    async (url) => {
      await refuses({ ...REQUEST, url, timeoutMs: 20 }, /no answer within 0\.02 s$/);
      const signal = AbortSignal.timeout(20);
      await refuses({ ...REQUEST, url, signal }, /given up$/);
      await refuses({ ...REQUEST, url, signal }, /given up$/);
    },
  ));

Deno.test("post() follows no redirect", () =>
  withServer(
    () => new Response(null, { status: 302, headers: { location: "http://127.0.0.1:1/" } }),
    async (url) => strictEqual((await post({ ...REQUEST, url })).status, 302),
  ));

Deno.test("post() says that nothing listens there", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  await refuses(
    { ...REQUEST, url: `http://127.0.0.1:${port}/` },
    /^Cannot ask http:\/\/127\.0\.0\.1:\d+: refused; nothing listens there$/,
  );
});

Deno.test("post() says that an answer broke off, or never began", async () => {
  for (
    const [said, why] of [["HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf", /broke off$/], [
      "",
      /closed without an answer$/,
    ]] as const
  ) {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    const serving = (async () => {
      using connection = await listener.accept();
      await connection.read(new Uint8Array(1_000));
      await connection.write(new TextEncoder().encode(said));
    })();
    await refuses({ ...REQUEST, url: `http://127.0.0.1:${port}/` }, why);
    await serving;
    listener.close();
  }
  closeIdleConnections();
});

Deno.test("post() asks again on a new connection if those that were kept are closed", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const answer = new TextEncoder().encode("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
  const bothAreOpen = Promise.withResolvers<void>();
  const serve = async (opened: Deno.Conn, number: number): Promise<void> => {
    using connection = opened;
    await connection.read(new Uint8Array(1_000));
    if (number === 1) bothAreOpen.resolve();
    await bothAreOpen.promise;
    await connection.write(answer);
    // Takes the next request, and closes instead of answering it.
    if (number < 2) await connection.read(new Uint8Array(1_000));
  };
  let connections = 0;
  const serving = (async () => {
    const served = [];
    while (connections < 3) served.push(serve(await listener.accept(), connections++));
    await Promise.all(served);
  })();
  const request = { ...REQUEST, url: `http://127.0.0.1:${port}/` };
  await Promise.all([post(request), post(request)]);
  // Both are kept from the next turn on.
  await new Promise((resolve) => setTimeout(resolve, 20));
  strictEqual((await post(request)).status, 200);
  closeIdleConnections();
  await serving;
  strictEqual(connections, 3);
  listener.close();
});

Deno.test("post() takes a server's own certificate as the one to be trusted, and no other", () =>
  withServer(
    () => new Response("in secret"),
    async (url) => {
      const { body } = await post({ ...REQUEST, url, ca: OWN_CERTIFICATE });
      strictEqual(new TextDecoder().decode(body), "in secret");
      for (const ca of [undefined, OTHER_CERTIFICATE]) {
        await refuses({ ...REQUEST, url, ca }, /certificate is not trusted \(self-signed/);
      }
      const elsewhere = url.replace("127.0.0.1", "localhost");
      await refuses(
        { ...REQUEST, url: elsewhere, ca: OWN_CERTIFICATE },
        /certificate is for another host .*localhost/,
      );
    },
    { cert: OWN_CERTIFICATE, key: OWN_KEY },
  ));

Deno.test("post() says so if there is no TLS", () =>
  withServer(
    () => new Response(),
    (url) => refuses({ ...REQUEST, url: url.replace("http:", "https:") }, /does not speak TLS/),
  ));

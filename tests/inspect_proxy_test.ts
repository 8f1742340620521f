/** `headframe inspect proxy` as a process, with real sockets, files and signals. */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { denoClock } from "../lib/host/deno.ts";
import { connect, listen } from "../lib/host/tcp.ts";
import { formatAuthorityKey } from "../lib/noise/keys.ts";
import { formatAddress } from "../lib/ports.ts";
import { SetupConnection } from "../lib/messages/common.ts";
import { formatLine } from "../lib/inspect/show/line.ts";
import { RawClient, SETUP } from "./support/raw_client.ts";
import { RAW_SERVER_KEY, RawServer } from "./support/raw_server.ts";
import { readEntries } from "./support/tap_stage.ts";

const LOCAL = { hostname: "127.0.0.1", port: 0 };
/** An unknown message. */
const FRAME = Uint8Array.of(0x34, 0x12, 0x77, 4, 0, 0, 1, 2, 3, 4);

class Proxy implements AsyncDisposable {
  readonly directory = Deno.makeTempDirSync({ prefix: "headframe-proxy-" });
  readonly server = new RawServer({ listen, clock: denoClock }, LOCAL);
  readonly child: Deno.ChildProcess;
  readonly #stderr: Promise<string>;
  #told = "";
  readonly #toldMore: (() => void)[] = [];

  constructor(more: readonly string[]) {
    const to = `stratum2+tcp://${formatAddress(this.server.address)}/${
      formatAuthorityKey(RAW_SERVER_KEY)
    }`;
    const main = new URL("../main.ts", import.meta.url).pathname;
    const args = ["inspect", "proxy", "--listen", "127.0.0.1:0", "--to", to, ...more];
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "-A", main, ...args],
      cwd: this.directory,
      env: { NO_COLOR: "1", HEADFRAME_KEYLOG: "" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.child = child;
    this.#stderr = (async () => {
      for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
        this.#told += text;
        for (const wake of this.#toldMore.splice(0)) wake();
      }
      return this.#told;
    })();
  }

  /** A client that has done the handshake. */
  async client(): Promise<RawClient> {
    while (!this.#told.includes("Ctrl-C")) {
      await new Promise<void>((resolve) => this.#toldMore.push(resolve));
    }
    const [, port] = /stratum2\+tcp:\/\/127\.0\.0\.1:(\d+)\/9\w+ {3}which/.exec(this.#told) ?? [];
    return await RawClient.handshake(await connect({ ...LOCAL, port: Number(port) }, 5_000));
  }

  async end(): Promise<{ code: number; stdout: string; stderr: string }> {
    this.child.kill("SIGINT");
    const [{ code }, stdout, stderr] = await Promise.all([
      this.child.status,
      new Response(this.child.stdout as ReadableStream<Uint8Array<ArrayBuffer>>).text(),
      this.#stderr,
    ]);
    return { code, stdout, stderr };
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.server.close();
    return Deno.remove(this.directory, { recursive: true });
  }
}

async function until(look: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 20_000; !look();) {
    ok(Date.now() < deadline, "waited 20 s");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

Deno.test("headframe inspect proxy shows what passes, records it, and ends cleanly", async () => {
  await using proxy = new Proxy(["--write", "seen.pcapng"]);
  const client = await proxy.client();
  await client.send(SetupConnection, { ...SETUP, vendor: "\u001b[31mred" });
  await until(() => proxy.server.connections[0]?.received.length === 1);
  await proxy.server.connections[0]?.sendFrame(FRAME);
  await until(() => client.received.length === 1);
  client.socket.close();
  await until(() => proxy.server.connections[0]?.closed === true);
  const { code, stdout, stderr } = await proxy.end();
  const file = `${proxy.directory}/seen.pcapng`;
  const entries = readEntries(await Deno.readFile(file));
  deepStrictEqual(
    stdout.trimEnd().split("\n"),
    entries.map((entry) => formatLine(entry)),
  );
  match(stdout, /SetupConnection .* vendor="\\x1b\[31mred"/);
  match(stdout, /unknown message ext 0x1234 type 0x77 01020304/);
  match(stdout, /connection-closed/);
  match(
    stderr,
    /1 connection, 2 messages, 1 of unknown type; recorded [\d.]+ kB in seen\.pcapng\n/,
  );
  strictEqual((await Deno.stat(file)).mode, 0o100600);
  strictEqual(code, 0, stderr);
});

Deno.test("headframe inspect proxy passes things on though nobody reads what it shows", async () => {
  await using proxy = new Proxy([]);
  const client = await proxy.client();
  const frames = 2_000;
  for (let i = 0; i < frames; i++) await client.sendFrame(FRAME);
  // Twice as much as a pipe holds.
  await until(() => proxy.server.connections[0]?.received.length === frames);
  client.socket.close();
  const { code, stdout } = await proxy.end();
  strictEqual(stdout.match(/unknown message/g)?.length, frames);
  strictEqual(code, 0);
});

Deno.test("headframe inspect proxy exits with 5 where a rule is broken that must hold", async () => {
  await using proxy = new Proxy(["--lint", "--filter", "type == SetTarget"]);
  const client = await proxy.client();
  // SetupConnection comes first, and once.
  for (let i = 0; i < 2; i++) await client.send(SetupConnection, SETUP);
  await until(() => proxy.server.connections[0]?.received.length === 2);
  client.socket.close();
  const { code, stdout, stderr } = await proxy.end();
  strictEqual(stdout, "");
  match(stderr, /MUST CONN-\d+ broken by the client/);
  match(stderr, /0 of \d+ lines are shown/);
  match(stderr, /headframe: 1 rule broken that must hold: CONN-\d+/);
  strictEqual(code, 5);
});

Deno.test("headframe inspect proxy goes on when the recording is full, and says what is not recorded", async () => {
  await using proxy = new Proxy(["--max-bytes", "1000", "--write", "small.pcapng"]);
  const client = await proxy.client();
  for (let i = 0; i < 50; i++) await client.sendFrame(FRAME);
  await until(() => proxy.server.connections[0]?.received.length === 50);
  client.socket.close();
  const { code, stderr } = await proxy.end();
  match(stderr, /recording\.stopped .*bytes=\d+ /);
  match(stderr, /in small\.pcapng, which is not all\n/);
  const { size } = await Deno.stat(`${proxy.directory}/small.pcapng`);
  ok(size <= 1_000 && size > 500, `${size} bytes`);
  strictEqual(code, 0);
});

/**
 * The program as people meet it. Each folder of tests/specs/<command>/ is a case: `run.txt` has the
 * command lines (variables in front), `stdout.txt` and `stderr.txt` what they say, `exit.txt` their
 * exit codes (0, if absent); other files are there when they run, and tests/captures/ is `$CAPTURES`.
 * `[WILDCARD]` stands for anything.
 */

import { match, ok, strictEqual } from "node:assert";

const root = new URL("..", import.meta.url);
const specs = new URL("./specs/", import.meta.url);
const captures = new URL("./captures", import.meta.url).pathname;
/** Of nobody in particular; regtest only. */
const SECRET = "mkDLTBBRxdBv998612qipDYoTK3YUrqLe8uWw7gu3iXbSrn2n";
const OURS = ["run.txt", "stdout.txt", "stderr.txt", "exit.txt"];

for (const command of foldersIn(specs)) {
  for (const name of foldersIn(new URL(`${command}/`, specs))) {
    Deno.test(`headframe ${command}: ${name.replaceAll("_", " ")}`, async () => {
      await runCase(new URL(`${command}/${name}/`, specs));
    });
  }
}

Deno.test("headframe tp: a taken port is one clear line and exit code 1", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { code, stderr } = await headframe(
    `HEADFRAME_TP_AUTHORITY_SECRET_KEY=${SECRET} tp --log-level error ` +
      `--listen-address 127.0.0.1:${taken.addr.port}`,
    ".",
  );
  strictEqual(code, 1);
  match(
    stderr,
    /^headframe: Cannot listen on 127\.0\.0\.1:\d+: another program has this port[^\n]*\n$/,
  );
});

Deno.test("NOISE-2, NOISE-32 headframe mine says nothing in the clear, and believes nothing either", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const heard: number[] = [];
  const serving = (async () => {
    for await (const connection of listener) {
      const buffer = new Uint8Array(1000);
      heard.push(await connection.read(buffer) ?? 0);
      // SetupConnection.Success as it would be without encryption, and enough to fill Act 2.
      const clear = new Uint8Array(234);
      clear.set([0, 0, 1, 6, 0, 0, 2, 0, 0, 0, 0, 0]);
      await connection.write(clear);
      for (let length; (length = await connection.read(buffer).catch(() => null)) !== null;) {
        heard.push(length);
      }
      connection.close();
    }
  })();
  const { code, stderr } = await headframe(
    `mine 127.0.0.1:${listener.addr.port} --threads 1 --log-level error`,
    ".",
  );
  listener.close();
  await serving.catch(() => {});
  strictEqual(code, 4, stderr);
  ok(heard.length > 0 && heard.every((length) => length === 64), heard.join());
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`headframe up: ${signal} ends it cleanly`, async () => {
    const child = spawn(["up", "demo", "--json", "--log-level", "error"], {
      HEADFRAME_TP_LISTEN_ADDRESS: "127.0.0.1:0",
      HEADFRAME_POOL_LISTEN_ADDRESS: "127.0.0.1:0",
      HEADFRAME_MINE_THREADS: "1",
    });
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const { value } = await reader.read();
    match(value ?? "", /"url":"stratum2\+tcp:\/\/127\.0\.0\.1:\d+\/9/);
    child.kill(signal);
    const rest = await reader.read();
    match(rest.value ?? "", /\{"blocks":\d+\}/);
    await reader.cancel();
    strictEqual(new TextDecoder().decode(await collect(child.stderr)), "");
    strictEqual((await child.status).code, 0);
  });
}

Deno.test("matching() takes [WILDCARD] for anything, and all else as it is", () => {
  match("a 1 b\nc", matching("a [WILDCARD] b\nc"));
  match("a\nb\nz", matching("a[WILDCARD]z"));
  ok(!matching("a.c").test("abc"));
  ok(!matching("a").test("ab"));
});

async function runCase(place: URL): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "headframe-spec-" });
  try {
    for await (const { name } of Deno.readDir(place)) {
      if (OURS.includes(name)) continue;
      await Deno.copyFile(new URL(name, place), `${directory}/${name}`);
      // Git keeps no modes; secrets are 0600 wherever we make them.
      if (name.endsWith(".key")) await Deno.chmod(`${directory}/${name}`, 0o600);
    }
    const lines = (await read(place, "run.txt")).trim().split("\n");
    const codes = (await read(place, "exit.txt", "")).trim().split(/\s+/);
    let [stdout, stderr] = ["", ""];
    for (const [i, line] of lines.entries()) {
      const ran = await headframe(line, directory);
      stdout += ran.stdout;
      stderr += ran.stderr;
      strictEqual(ran.code, Number(codes[i] || 0), `exit code of ${line}\n${stdout}\n${stderr}`);
    }
    match(stdout.trimEnd(), matching((await read(place, "stdout.txt", "")).trimEnd()));
    match(stderr.trimEnd(), matching((await read(place, "stderr.txt", "")).trimEnd()));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function headframe(
  line: string,
  cwd: string,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const words = [...line.matchAll(/"([^"]*)"|\S+/g)]
    .map(([word, quoted]) => (quoted ?? word).replace("$CAPTURES", captures));
  const first = words.findIndex((word) => !/^[A-Z_]+=/.test(word));
  const env = Object.fromEntries(words.slice(0, first).map((word) => word.split(/=(.*)/s)));
  const child = spawn(words.slice(first), env, cwd);
  const [{ code }, stdout, stderr] = await Promise.all([
    child.status,
    collect(child.stdout),
    collect(child.stderr),
  ]);
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

function spawn(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd = ".",
): Deno.ChildProcess {
  const config = new URL("deno.json", root).pathname;
  const main = new URL("main.ts", root).pathname;
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", "--config", config, main, ...args],
    cwd,
    env: { ...env, NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function collect(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  return await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).bytes();
}

function matching(expected: string): RegExp {
  const parts = expected.split("[WILDCARD]").map((part) => RegExp.escape(part));
  return new RegExp(`^${parts.join("[^]*")}$`);
}

async function read(place: URL, name: string, fallback?: string): Promise<string> {
  try {
    return await Deno.readTextFile(new URL(name, place));
  } catch (error) {
    if (fallback !== undefined && error instanceof Deno.errors.NotFound) return fallback;
    throw error;
  }
}

function foldersIn(place: URL): string[] {
  return [...Deno.readDirSync(place)].filter(({ isDirectory }) => isDirectory)
    .map(({ name }) => name).sort();
}

import { ok, rejects, strictEqual } from "node:assert/strict";
import { OperatorError } from "../errors.ts";
import { connectLocal } from "./local.ts";

Deno.test("connectLocal() carries bytes both ways, and an end", async () => {
  const path = `${await Deno.makeTempDir()}/node.sock`;
  using listener = Deno.listen({ transport: "unix", path });
  const socket = await connectLocal(path, 1_000);
  const other = await listener.accept();
  strictEqual(socket.peer, path);
  const sent = new Uint8Array(1_000_000).fill(7);
  const writing = socket.write(sent);
  const buffer = new Uint8Array(65_536);
  for (let received = 0; received < sent.length;) received += await other.read(buffer) ?? NaN;
  await writing;
  await other.write(Uint8Array.of(1, 2, 3));
  strictEqual(await socket.read(buffer), 3);
  other.close();
  strictEqual(await socket.read(buffer), null);
  socket.close();
  socket.close();
});

Deno.test("connectLocal() says what is missing, and what to do", async () => {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/node.sock`;
  await rejects(connectLocal(path, 1_000), saying(/no such file; .* -ipcbind=unix/));
  // A node that was killed leaves its socket behind.
  await leaveSocket(path);
  await rejects(connectLocal(path, 1_000), saying(/nobody listens there/));
  await rejects(connectLocal(`/tmp/${"x".repeat(103)}`, 1_000), saying(/108 bytes of at most 107/));
});

Deno.test("connectLocal() gives up on who does not take connections", async () => {
  const path = `${await Deno.makeTempDir()}/node.sock`;
  using _listener = Deno.listen({ transport: "unix", path });
  // More than the operating system keeps waiting for a listener that does not accept.
  const attempts = Array.from({ length: 5_000 }, () => connectLocal(path, 200));
  const settled = await Promise.allSettled(attempts);
  const failed = settled.find((attempt) => attempt.status === "rejected");
  ok(saying(/no answer within 0.2 s/)(failed?.reason), String(failed?.reason));
  for (const attempt of settled) if (attempt.status === "fulfilled") attempt.value.close();
});

/** Listens there in another process, and kills it. */
async function leaveSocket(path: string): Promise<void> {
  const code = `Deno.listen({ transport: "unix", path: ${JSON.stringify(path)} });
    console.log("listening"); setInterval(() => {}, 1000);`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", code],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  await child.stdout.getReader().read();
  child.kill("SIGKILL");
  await child.status;
}

function saying(text: RegExp): (error: unknown) => boolean {
  return (error) =>
    error instanceof OperatorError && error.kind === "peer" && text.test(error.message);
}

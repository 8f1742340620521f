import { ok, strictEqual } from "node:assert";
import { terminalOn } from "./terminal.ts";

/** What is written at once and what is written in the background go the same way. */
function both(writeSync: (bytes: Uint8Array) => number) {
  return {
    writeSync,
    write: (bytes: Uint8Array) => new Promise<number>((resolve) => resolve(writeSync(bytes))),
  };
}

function recorded(isWatched: boolean, columns = 20) {
  let text = "";
  const decoder = new TextDecoder();
  const stream = both((bytes) => {
    // Takes at most five bytes at a time, as a full pipe does.
    const taken = bytes.subarray(0, 5);
    text += decoder.decode(taken, { stream: true });
    return taken.length;
  });
  const terminal = terminalOn({
    stdout: stream,
    stderr: stream,
    isWatched,
    columns: () => columns,
  });
  return { terminal, text: () => text };
}

Deno.test("terminalOn() keeps the status line below what is written", () => {
  const { terminal, text } = recorded(true);
  terminal.status("1 MH/s");
  terminal.tell("a line");
  terminal.status("");
  terminal.print("the end");
  strictEqual(
    text(),
    "\r\x1b[2K1 MH/s" + "\r\x1b[2Ka line\n1 MH/s" + "\r\x1b[2K" + "the end\n",
  );
});

Deno.test("terminalOn() writes plain lines and no status where nobody watches", () => {
  const { terminal, text } = recorded(false);
  terminal.status("1 MH/s");
  terminal.tell("a line");
  strictEqual(text(), "a line\n");
});

Deno.test("terminalOn() cuts a status line before it wraps", () => {
  for (const columns of [10, 0]) {
    const { terminal, text } = recorded(true, columns);
    terminal.status("x".repeat(100));
    const [, shown = ""] = text().split("\x1b[2K");
    strictEqual(shown.length, (columns || 80) - 1);
    ok(shown.endsWith("…"));
  }
});

Deno.test("terminalOn() goes on when nobody reads any more", () => {
  const broken = both(() => {
    throw new Deno.errors.BrokenPipe();
  });
  const terminal = terminalOn({
    stdout: broken,
    stderr: broken,
    isWatched: true,
    columns: () => 80,
  });
  ok(!terminal.isUnread);
  terminal.print("x");
  terminal.status("y");
  terminal.tell("z");
  ok(terminal.isUnread);
  // Whoever closed the pipe has all he wants.
  ok(!terminal.hasLost);
});

Deno.test("terminalOn() tells once that the answer could not be written, and goes on", () => {
  let told = "";
  const full = both(() => {
    throw new Error("No space left on device");
  });
  const stderr = {
    writeSync(bytes: Uint8Array): number {
      told += new TextDecoder().decode(bytes);
      return bytes.length;
    },
  };
  const terminal = terminalOn({ stdout: full, stderr, isWatched: false, columns: () => 80 });
  ok(!terminal.hasLost);
  terminal.print("x");
  terminal.print("y");
  strictEqual(told, "headframe: Cannot write to standard output: No space left on device\n");
  ok(terminal.hasLost);
});

Deno.test("terminalOn() throws nothing when not even an error can be told", () => {
  const full = both(() => {
    throw new Error("No space left on device");
  });
  const terminal = terminalOn({ stdout: full, stderr: full, isWatched: true, columns: () => 80 });
  terminal.print("x");
  terminal.status("y");
  terminal.tell("z");
});

Deno.test("terminalOn() feeds lines in order, and tells once that they could not be written", async () => {
  const { terminal, text } = recorded(false);
  for (const line of ["one", "two", "three"]) terminal.feed(line);
  await terminal.fed();
  strictEqual(text(), "one\ntwo\nthree\n");
  let told = "";
  const full = both(() => {
    throw new Error("No space left on device");
  });
  const stderr = both((bytes) => {
    told += new TextDecoder().decode(bytes);
    return bytes.length;
  });
  const lossy = terminalOn({ stdout: full, stderr, isWatched: false, columns: () => 80 });
  for (const line of ["one", "two"]) {
    lossy.feed(line);
    await lossy.fed();
  }
  strictEqual(told, "headframe: Cannot write to standard output: No space left on device\n");
  ok(lossy.hasLost);
});

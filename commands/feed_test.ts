import { ok, strictEqual } from "node:assert/strict";
import { Feed } from "./feed.ts";

/** Whoever reads, when he is told to. */
class Reader {
  text = "";
  #go: () => void = () => {};
  #stopped: Promise<void> | undefined;
  readonly #decoder = new TextDecoder();

  stop(): void {
    this.#stopped = new Promise((go) => this.#go = go);
  }

  goOn(): void {
    this.#stopped = undefined;
    this.#go();
  }

  async write(bytes: Uint8Array): Promise<number> {
    await this.#stopped;
    const taken = bytes.subarray(0, 1_000_003);
    this.text += this.#decoder.decode(taken, { stream: true });
    return taken.length;
  }
}

Deno.test("Feed writes lines in order, without waiting", async () => {
  const reader = new Reader();
  const feed = new Feed(reader, () => {});
  feed.push("one");
  feed.push("two\nthree");
  await feed.end();
  feed.push("four");
  await feed.end();
  strictEqual(reader.text, "one\ntwo\nthree\nfour\n");
});

Deno.test("Feed leaves out what a reader who has stopped has no room for, and says how much", async () => {
  const reader = new Reader();
  const feed = new Feed(reader, () => {});
  reader.stop();
  const line = "é".repeat(999);
  for (let i = 0; i < 10_000; i++) feed.push(line);
  reader.goOn();
  await feed.end();
  const lines = reader.text.split("\n");
  const [, left] = /^… (\d+) lines are left out/.exec(lines.at(-2) ?? "") ?? [];
  strictEqual(lines.length - 2 + Number(left), 10_000);
  ok(lines.length > 4_000 && lines.length < 4_300, `${lines.length} lines were kept`);
  // There is room again.
  feed.push("more");
  await feed.end();
  ok(reader.text.endsWith("read\nmore\n"));
});

Deno.test("Feed ends with the first error, and tells it once", async () => {
  const errors: unknown[] = [];
  const broken = {
    write: () => Promise.reject(new Error("gone")),
  };
  const feed = new Feed(broken, (error) => errors.push(error));
  for (let i = 0; i < 3; i++) {
    feed.push("x");
    await feed.end();
  }
  strictEqual(errors.length, 1);
});

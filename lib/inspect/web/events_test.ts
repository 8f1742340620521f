import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { FakeClock, settle } from "../../../tests/support/fake_host.ts";
import { webStory } from "../../../tests/support/web_story.ts";
import type { State } from "./api.ts";
import { EntryStore } from "./entry_store.ts";
import { Events } from "./events.ts";

class Page {
  readonly states: State[] = [];
  isOver = false;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;

  constructor(stream: ReadableStream<Uint8Array> | undefined) {
    if (stream === undefined) throw new Error("nobody is told");
    this.#reader = stream.getReader();
    void this.#read();
  }

  leave(): Promise<void> {
    return this.#reader.cancel();
  }

  async #read(): Promise<void> {
    for (;;) {
      const { value, done } = await this.#reader.read();
      if (done) break;
      const [, json = ""] = /^data: (.*)\n\n$/.exec(new TextDecoder().decode(value)) ?? [];
      this.states.push(JSON.parse(json) as State);
    }
    this.isOver = true;
  }
}

Deno.test("Events tells at once how far it is, then when something has come, and the end", async () => {
  const clock = new FakeClock();
  const store = new EntryStore("a");
  const page = new Page(new Events(store, clock).listen());
  await settle();
  for (const entry of webStory()) store.add(entry);
  await clock.advance(99);
  deepStrictEqual(page.states.map(({ seen }) => seen), [0]);
  await clock.advance(1);
  deepStrictEqual(page.states.map(({ seen }) => seen), [0, 7]);
  await clock.advance(1_000);
  strictEqual(page.states.length, 2);
  store.end();
  await clock.advance(100);
  strictEqual(page.states.at(-1)?.isLive, false);
  strictEqual(page.isOver, true);
});

Deno.test("Events has room for 32 pages, and for another when one has left", async () => {
  const events = new Events(new EntryStore("a"), new FakeClock());
  const pages = Array.from({ length: 32 }, () => new Page(events.listen()));
  await settle();
  strictEqual(events.listen(), undefined);
  await pages[0]?.leave();
  await new Page(events.listen()).leave();
});

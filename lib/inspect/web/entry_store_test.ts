import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { SetTarget } from "../../messages/mining.ts";
import { Tape } from "../../../tests/support/tape.ts";
import { webStory } from "../../../tests/support/web_story.ts";
import { EntryStore } from "./entry_store.ts";

function targets(count: number): Tape {
  const tape = new Tape();
  for (let i = 0; i < count; i++) tape.down(SetTarget, { channelId: i, maximumTarget: 1n });
  return tape;
}

Deno.test("EntryStore keeps so many entries, drops the oldest, and tells how many there were", () => {
  const store = new EntryStore("a", { limits: { entries: 3, bytes: 1e9 } });
  for (const entry of targets(10).entries) store.add(entry);
  const { seen, kept } = store.state;
  deepStrictEqual({ seen, kept }, { seen: 10, kept: 3 });
  deepStrictEqual(store.from(1, 100).map(({ entry }) => entry.number), [8, 9, 10]);
  strictEqual(store.oldest, 8);
  strictEqual(store.get(7), undefined);
  strictEqual(store.get(9)?.entry.number, 9);
});

Deno.test("EntryStore keeps so many bytes, and the latest entry whatever it weighs", () => {
  const store = new EntryStore("a", { limits: { entries: 1_000, bytes: 50_000 } });
  for (const entry of targets(500).entries) store.add(entry);
  const { kept } = store.state;
  ok(kept > 5 && kept < 50, `${kept} are kept`);

  const tiny = new EntryStore("a", { limits: { entries: 1_000, bytes: 1 } });
  for (const entry of targets(3).entries) tiny.add(entry);
  deepStrictEqual(tiny.from(0, 9).map(({ entry }) => entry.number), [3]);
});

Deno.test("EntryStore takes numbers with gaps between them", () => {
  const store = new EntryStore("a");
  for (const entry of targets(9).entries.filter(({ number }) => number % 3 === 0)) store.add(entry);
  strictEqual(store.get(4), undefined);
  deepStrictEqual(store.from(4, 9).map(({ entry }) => entry.number), [6, 9]);
});

Deno.test("EntryStore tells who waits that something has changed, and forgets who has left", async () => {
  const store = new EntryStore("a");
  const [entry] = webStory();
  if (entry === undefined) throw new Error("a story without entries");
  const left = new AbortController();
  const leaving = store.changed(left.signal);
  left.abort();
  await leaving;
  const waiting = store.changed(new AbortController().signal);
  store.add(entry);
  await waiting;
  const ending = store.changed(new AbortController().signal);
  store.end();
  await ending;
  strictEqual(store.state.isLive, false);
});

Deno.test("EntryStore keeps what is known of an entry, and counts broken rules", () => {
  const store = new EntryStore("a");
  for (const entry of webStory()) store.add(entry);
  strictEqual(store.state.broken, 1);
  deepStrictEqual(store.get(6)?.findings.map(({ id }) => id), ["ERR-3"]);
  const request = store.get(4)?.derived.find(({ name }) => name === "request_entry");
  strictEqual(request?.entry, 3);
});

Deno.test("EntryStore escapes its title", () => {
  strictEqual(new EntryStore("a\u202eb").state.title, "a\\u{202e}b");
});

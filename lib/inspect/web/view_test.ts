import { deepStrictEqual, rejects, strictEqual, throws } from "node:assert/strict";
import { SetTarget } from "../../messages/mining.ts";
import { FakeClock, settle } from "../../../tests/support/fake_host.ts";
import { Tape } from "../../../tests/support/tape.ts";
import { webStory } from "../../../tests/support/web_story.ts";
import type { Entry } from "../entry.ts";
import type { Rows, Wanted } from "./api.ts";
import { EntryStore } from "./entry_store.ts";
import { View } from "./view.ts";
import { Views } from "./views.ts";

const ALL: Wanted = { filter: "", follow: "" };
const clock = new FakeClock();

function storeOf(entries: readonly Entry[], most = 1_000): EntryStore {
  const store = new EntryStore("a", { limits: { entries: most, bytes: 1e9 } });
  for (const entry of entries) store.add(entry);
  return store;
}

async function rowsOf(store: EntryStore, wanted: Wanted): Promise<Rows> {
  const view = new View(1, store, wanted);
  await view.update(clock);
  return view.rows({ from: 0, count: 100 });
}

function numbersIn({ rows }: Rows): number[] {
  return rows.map(({ number }) => number);
}

function targets(count: number): readonly Entry[] {
  const tape = new Tape();
  for (let i = 0; i < count; i++) tape.down(SetTarget, { channelId: i, maximumTarget: 1n });
  return tape.entries;
}

Deno.test("View has what the filter lets through, on the connection that is wanted", async () => {
  const store = storeOf(webStory());
  deepStrictEqual(numbersIn(await rowsOf(store, ALL)), [1, 2, 3, 4, 5, 6, 7]);
  deepStrictEqual(numbersIn(await rowsOf(store, { ...ALL, filter: "type == SetTarget" })), [5, 7]);
  deepStrictEqual(numbersIn(await rowsOf(store, { ...ALL, connection: 2 })), [7]);
  const both = { ...ALL, filter: "channel == 7", connection: 1 };
  deepStrictEqual(numbersIn(await rowsOf(store, both)), [4, 5, 6]);
});

Deno.test("View follows a channel, back to the request that opened it", async () => {
  const rows = await rowsOf(storeOf(webStory()), { ...ALL, follow: "channel=1:7" });
  deepStrictEqual(numbersIn(rows), [3, 4, 5, 6]);
});

Deno.test("View refuses filters and expressions that cannot be read", () => {
  const store = storeOf([]);
  throws(() => new View(1, store, { ...ALL, filter: "channel ==" }), /Cannot read filter/);
  throws(() => new View(1, store, { ...ALL, follow: "chanel=7" }), /Cannot follow/);
});

Deno.test("View gives entries places that stay when the oldest go", async () => {
  const store = storeOf(targets(5), 3);
  const view = new View(1, store, { ...ALL, filter: "n > 2" });
  await view.update(clock);
  const before = view.rows({ from: 0, count: 10 });
  deepStrictEqual([before.first, before.end, before.from], [0, 3, 0]);
  for (const entry of targets(7).slice(5)) store.add(entry);
  await view.update(clock);
  const after = view.rows({ from: 0, count: 10 });
  deepStrictEqual([after.first, after.end, after.from], [2, 5, 2]);
  deepStrictEqual(numbersIn(after), [5, 6, 7]);
  strictEqual(after.revision, before.revision);
});

Deno.test("View says that places have changed when earlier entries turn out to belong", async () => {
  const [, ...entries] = webStory();
  const store = storeOf(entries.slice(0, 1));
  const view = new View(1, store, { ...ALL, follow: "channel=1:7" });
  await view.update(clock);
  const before = view.rows({ from: 0, count: 10 });
  for (const entry of entries.slice(1)) store.add(entry);
  await view.update(clock);
  const after = view.rows({ from: 0, count: 10 });
  deepStrictEqual([before.end, after.end], [0, 4]);
  deepStrictEqual(numbersIn(after), [3, 4, 5, 6]);
});

Deno.test("View finds the place of an entry, or of the next one that is wanted", async () => {
  const store = storeOf(webStory());
  const view = new View(1, store, { ...ALL, filter: "type == SetTarget" });
  await view.update(clock);
  const near = (number: number) => view.rows({ from: 0, count: 0, near: number }).near;
  deepStrictEqual([near(5), near(6), near(7), near(8)], [0, 1, 1, undefined]);
});

Deno.test("View tells how long after the row before, also across pages", async () => {
  const view = new View(1, storeOf(webStory()), { ...ALL, filter: "n != 2" });
  await view.update(clock);
  const all = view.rows({ from: 0, count: 10 }).rows.map(({ after }) => after);
  deepStrictEqual(all.slice(0, 3), [undefined, "2 ms", "2 s"]);
  strictEqual(view.rows({ from: 2, count: 1 }).rows[0]?.after, "2 s");
});

Deno.test("View lets others have a turn while it looks at many", async () => {
  const store = new EntryStore("a", { limits: { entries: 10_000, bytes: 1e9 } });
  for (const entry of targets(5_000)) store.add(entry);
  const turns = new FakeClock();
  const view = new View(1, store, ALL);
  let isDone = false;
  const updating = view.update(turns).then(() => isDone = true);
  await settle();
  strictEqual(isDone, false);
  await turns.advance(0);
  await turns.advance(0);
  await updating;
  strictEqual(view.rows({ from: 0, count: 1 }).end, 5_000);
});

Deno.test("Views keeps those that were used last, and no other has their revisions", async () => {
  const store = storeOf(webStory());
  const views = new Views(store);
  const first = views.of(ALL);
  strictEqual(views.of({ ...ALL }), first);
  for (let i = 0; i < 8; i++) views.of({ ...ALL, filter: `n == ${i}` });
  const again = views.of(ALL);
  strictEqual(again === first, false);
  await again.update(clock);
  const revisions = [first, again].map((view) => view.rows({ from: 0, count: 1 }).revision);
  strictEqual(new Set(revisions).size, 2);
  await rejects(async () => await Promise.resolve(views.of({ ...ALL, filter: "(" })));
});

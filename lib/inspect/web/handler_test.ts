import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { FakeClock } from "../../../tests/support/fake_host.ts";
import { entryOfFrame, lineOf, noteOf } from "../../../tests/support/entries.ts";
import { HOSTILE, webStory } from "../../../tests/support/web_story.ts";
import type { Entry } from "../entry.ts";
import type { Bytes, Connections, Detail, Rows, StatisticsParts } from "./api.ts";
import { EntryStore } from "./entry_store.ts";
import { webHandler } from "./handler.ts";

const AT = { hostname: "127.0.0.1", port: 8080 };
const START = "http://127.0.0.1:8080/secret/";
const assets = { "index.html": { type: "text/html", body: "<title>page</title>" } };

class Site {
  readonly store = new EntryStore("pool.pcapng");
  readonly #handle = webHandler({
    store: this.store,
    assets,
    token: "secret",
    clock: new FakeClock(),
  });

  constructor(entries: readonly Entry[] = webStory()) {
    for (const entry of entries) this.store.add(entry);
  }

  get(url: string, headers: Record<string, string> = {}, method = "GET"): Promise<Response> {
    const all = { host: "127.0.0.1:8080", ...headers };
    return Promise.resolve(this.#handle(new Request(url, { method, headers: all }), AT));
  }

  async json<T>(path: string): Promise<T> {
    const response = await this.get(START + path);
    strictEqual(response.status, 200);
    return await response.json() as T;
  }
}

Deno.test("webHandler() serves the page, which may load from here only", async () => {
  const response = await new Site().get(START);
  strictEqual(await response.text(), "<title>page</title>");
  strictEqual(response.headers.get("content-type"), "text/html; charset=utf-8");
  const policy = response.headers.get("content-security-policy") ?? "";
  match(policy, /^default-src 'self';/);
  match(policy, /require-trusted-types-for 'script'/);
  strictEqual(response.headers.get("access-control-allow-origin"), null);
  strictEqual(response.headers.get("x-content-type-options"), "nosniff");
});

Deno.test("webHandler() answers only who knows the whole address", async () => {
  for (const path of ["", "secre/", "secret", "api/state", "other/api/state"]) {
    const response = await new Site().get(`http://127.0.0.1:8080/${path}`);
    strictEqual(response.status, 404, path);
    ok(!(await response.text()).includes("pool.pcapng"));
  }
});

Deno.test("webHandler() answers to the names of this machine and to no other", async () => {
  const site = new Site();
  for (const host of ["127.0.0.1:8080", "localhost:8080", "[::1]:8080", "LOCALHOST:8080"]) {
    strictEqual((await site.get(START, { host })).status, 200, host);
  }
  for (
    const host of ["evil.example:8080", "127.0.0.1", "127.0.0.1:80", "localhost.evil:8080", ""]
  ) {
    strictEqual((await site.get(START, { host })).status, 421, host);
  }
});

Deno.test("webHandler() answers no other page, and nothing but GET", async () => {
  const site = new Site();
  const status = async (site: Site, from: string) =>
    (await site.get(`${START}api/state`, { "sec-fetch-site": from })).status;
  deepStrictEqual(
    await Promise.all(
      ["none", "same-origin", "same-site", "cross-site"].map((s) => status(site, s)),
    ),
    [200, 200, 403, 403],
  );
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "HEAD"]) {
    strictEqual((await site.get(START, {}, method)).status, 405, method);
  }
});

Deno.test("webHandler() gives rows by place, filtered, at most 500", async () => {
  const site = new Site(Array.from({ length: 600 }, (_, i) => ({
    ...noteOf("gap", "bytes are missing"),
    number: i + 1,
  })));
  const all = await site.json<Rows>("api/rows?count=100000");
  deepStrictEqual([all.first, all.end, all.from, all.rows.length], [0, 600, 0, 500]);
  const some = await site.json<Rows>("api/rows?filter=n%3E590&from=2&count=3");
  deepStrictEqual(some.rows.map(({ number }) => number), [593, 594, 595]);
  ok(some.rows[0]?.isAmiss);
});

Deno.test("webHandler() says what is wrong with a filter, and where", async () => {
  const response = await new Site().get(`${START}api/rows?filter=chanel%3D%3D7`);
  strictEqual(response.status, 400);
  const { error } = await response.json() as { error: string };
  match(error, /column 1.*did you mean channel\?\n {2}chanel==7\n {2}\^$/s);
  const long = await new Site().get(`${START}api/rows?filter=${"x".repeat(5_000)}`);
  strictEqual(long.status, 400);
});

Deno.test("webHandler() gives an entry with its fields, what follows, and what it breaks", async () => {
  const site = new Site();
  const opened = await site.json<Detail>("api/entry?number=4");
  strictEqual(opened.row.name, "OpenExtendedMiningChannel.Success");
  deepStrictEqual(
    opened.fields.slice(3, 5).map(({ path, start, end, value }) => [path, start, end, value]),
    [["request_id", 6, 10, "1"], ["channel_id", 10, 14, "7"]],
  );
  strictEqual(opened.hex.slice(0, 20), "00001433000001000000");
  strictEqual(opened.size, opened.hex.length / 2);
  ok(opened.derived.some(({ name, entry }) => name === "request_entry" && entry === 3));
  deepStrictEqual(opened.follows.map(({ follow }) => follow), ["channel=1:7", `user=${HOSTILE}`]);
  const closed = await site.json<Detail>("api/entry?number=6");
  strictEqual(closed.findings[0]?.id, "ERR-3");
  strictEqual(closed.row.breaks, "MUST");
});

Deno.test("webHandler() gives lines of Stratum V1 and notes, laid out", async () => {
  const site = new Site([
    { ...lineOf('{"id":1,"method":"mining.subscribe","params":[]}'), number: 1 },
    { ...noteOf("gap", "5 bytes are missing", { bytes: 5 }), number: 2 },
  ]);
  const line = await site.json<Detail>("api/entry?number=1");
  strictEqual(line.row.name, "mining.subscribe");
  ok(line.lines.some((text) => text.includes('"id": 1')));
  const note = await site.json<Detail>("api/entry?number=2");
  deepStrictEqual([note.row.name, note.lines, note.size], ["gap", ["  bytes 5"], 0]);
});

Deno.test("webHandler() shows how far a frame could be decoded, and bytes in bounded pieces", async () => {
  // SetTarget, cut off, and a type that nobody knows with 100,000 bytes.
  const cut = Uint8Array.of(0, 0x80, 0x21, 6, 0, 0, 7, 0, 0, 0, 1, 2);
  const large = new Uint8Array(100_006).fill(0xab);
  large.set([0xff, 0x7f, 0xff, 0xa0, 0x86, 0x01]);
  const site = new Site([
    { ...entryOfFrame(cut), number: 1 },
    { ...entryOfFrame(large), number: 2 },
  ]);
  const broken = await site.json<Detail>("api/entry?number=1");
  strictEqual(broken.error?.offset, 10);
  ok(broken.row.isAmiss);
  const unknown = await site.json<Detail>("api/entry?number=2");
  deepStrictEqual([unknown.hex.length / 2, unknown.size], [65_536, 100_006]);
  const rest = await site.json<Bytes>("api/bytes?number=2&from=65536");
  deepStrictEqual([rest.from, rest.hex.length / 2], [65_536, 34_470]);
  strictEqual((await site.json<Bytes>("api/bytes?number=2&from=999999")).hex, "");
});

Deno.test("webHandler() escapes what peers wrote, wherever it is told", async () => {
  const site = new Site();
  const answers = await Promise.all(
    [
      "rows",
      "entry?number=1",
      "entry?number=3",
      "entry?number=6",
      "connections",
      "statistics",
      "rules",
    ]
      .map((path) => site.json<unknown>(`api/${path}`)),
  );
  const texts = answers.flatMap(textsIn);
  ok(texts.some((text) => text.includes("<img")));
  // deno-lint-ignore no-control-regex
  deepStrictEqual(texts.filter((text) => /[\x00-\x09\x0b-\x1f\u202e]/.test(text)), []);
});

Deno.test("webHandler() follows a user by the name as it came", async () => {
  const site = new Site();
  const { follows } = await site.json<Detail>("api/entry?number=3");
  const user = follows.find(({ label }) => label.startsWith("user"));
  strictEqual(user?.follow, `user=${HOSTILE}`);
  const query = new URLSearchParams({ follow: user?.follow ?? "" });
  const rows = await site.json<Rows>(`api/rows?${query}`);
  deepStrictEqual(rows.rows.map(({ number }) => number), [3, 4, 5, 6]);
});

Deno.test("webHandler() gives connections, statistics and rules", async () => {
  const site = new Site();
  const { rows } = await site.json<Connections>("api/connections");
  deepStrictEqual(
    rows.map((
      { id, speaks, up, down, findings },
    ) => [id, speaks, up.messages, down.messages, findings]),
    [[2, "", 0, 1, 0], [1, "mining", 3, 3, 1]],
  );
  const { parts } = await site.json<StatisticsParts>("api/statistics");
  match(String(parts[0]), /^7 entries on 2 connections/);
  const { rules } = await site.json<{ rules: { id: string }[] }>("api/rules");
  deepStrictEqual(rules.map(({ id }) => id), ["ERR-3"]);
});

Deno.test("webHandler() has no answer to what is not there", async () => {
  const site = new Site();
  for (
    const path of ["api/entry", "api/entry?number=99", "api/bytes?number=99", "api/x", "toString"]
  ) {
    strictEqual((await site.get(START + path)).status, 404, path);
  }
});

/** Everything that is shown; `follow` is only sent back. */
function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) => name === "follow" ? [] : textsIn(part));
}

/**
 * `inspect` as a whole: from the bytes of a capture to what is printed, whatever they are, and while
 * they come in. `HEADFRAME_FUZZ_SECONDS` says for how long captures are damaged.
 */

import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { readCapture } from "../commands/inspect/read.ts";
import { DecodeError } from "../lib/errors.ts";
import { decodeByHand } from "../lib/inspect/by_hand/decode.ts";
import { CaptureEntries } from "../lib/inspect/capture_entries.ts";
import type { Entry } from "../lib/inspect/entry.ts";
import { parseFilter } from "../lib/inspect/filter/filter.ts";
import { KeyRing } from "../lib/inspect/keys/keys.ts";
import { Redactor } from "../lib/inspect/redact/redact.ts";
import { formatFields } from "../lib/inspect/show/fields.ts";
import { formatJson } from "../lib/inspect/show/json.ts";
import { formatLine } from "../lib/inspect/show/line.ts";
import { summaryText } from "../lib/inspect/show/summary.ts";
import { CASES, storyFiles } from "./support/captured_story.ts";
import { FakeHost } from "./support/fake_host.ts";

const seconds = Number(Deno.env.get("HEADFRAME_FUZZ_SECONDS") ?? 0);
const files = storyFiles();
const captures = Object.entries(files).filter(([name]) => name.endsWith(".pcapng"))
  .map(([, bytes]) => bytes);
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

Deno.test("the captures in tests/specs/inspect are those that captured_story.ts makes", async () => {
  let compared = 0;
  for await (const { name: folder } of Deno.readDir(CASES)) {
    for await (const { name } of Deno.readDir(new URL(`${folder}/`, CASES))) {
      const made = files[name];
      if (made === undefined) continue;
      compared++;
      deepStrictEqual(await Deno.readFile(new URL(`${folder}/${name}`, CASES)), made, name);
    }
  }
  ok(compared >= 9, `${compared}`);
});

Deno.test("the same capture gives the same entries, in pieces of any size", () => {
  for (const capture of captures) {
    const whole = textsOf(entriesIn(capture, capture.length));
    for (const size of [1, 7, 100]) deepStrictEqual(textsOf(entriesIn(capture, size)), whole);
  }
});

Deno.test("damaged captures give entries that are safe to show, or a DecodeError, and nothing else", () => {
  const damage = fc.oneof(
    fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }) }),
    fc.record({ at: fc.nat(), cut: fc.nat(600) }),
    fc.record({ at: fc.nat(), insert: fc.uint8Array({ maxLength: 40 }) }),
    fc.record({ at: fc.nat(), repeat: fc.nat(600) }),
  );
  const damaged = fc.tuple(
    fc.constantFrom(...captures),
    fc.array(damage, { minLength: 1, maxLength: 8 }),
  ).map(([capture, damages]) => damages.reduce(harm, capture));
  const anything = fc.uint8Array({ maxLength: 400, size: "max" });
  fc.assert(
    fc.property(fc.oneof({ weight: 9, arbitrary: damaged }, anything), (capture) => {
      const redactor = new Redactor();
      const isWanted = parseFilter("channel == 7 || user_identity ~ a || error");
      for (const entry of entriesIn(capture, 500)) {
        isWanted(entry);
        for (const each of [entry, redactor.redact(entry)]) {
          const texts = [
            formatLine(each),
            formatJson(each),
            formatFields(each).replaceAll("\n", ""),
          ];
          for (const text of texts) ok(!UNSAFE.test(text), text);
        }
      }
    }),
    seconds === 0 ? { numRuns: 200 } : {
      numRuns: Infinity,
      interruptAfterTimeLimit: seconds * 1_000,
      markInterruptAsFailure: false,
    },
  );
});

Deno.test("a key log that grows while the capture comes in opens what comes after", async () => {
  const directory = await Deno.makeTempDir();
  const [keys, pipe] = [`${directory}/keys`, `${directory}/pipe`];
  try {
    await Deno.writeTextFile(keys, "# empty so far\n");
    await new Deno.Command("mkfifo", { args: [pipe] }).output();
    const entries: Entry[] = [];
    const [capture, log] = [files["pool.pcapng"], files["pool.keys"]];
    if (capture === undefined || log === undefined) throw new Error("no story");
    let pauses = 0;
    const reading = readCapture({
      file: pipe,
      keylog: [keys],
      key: [],
      deliver: (entry) => entries.push(entry),
      pause: () => pauses++,
    }, { host: new FakeHost(), terminal: silent });
    const writer = await Deno.open(pipe, { write: true });
    // Both acts, and nothing yet of what is sealed.
    await writer.write(capture.subarray(0, 900));
    while (pauses === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await Deno.writeFile(keys, log, { append: true });
    await writer.write(capture.subarray(900));
    writer.close();
    const totals = await reading;
    ok(entries.some((entry) => entry.kind === "note" && entry.code === "no-keys"));
    strictEqual(totals.entries.frames, 13);
    ok(summaryText(totals).startsWith("21 packets, 1 connection, "), summaryText(totals));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

for (const why of ["he was told to stop", "nobody reads the answer"]) {
  Deno.test(`nobody waits for more of a capture once ${why}`, async () => {
    const directory = await Deno.makeTempDir();
    const pipe = `${directory}/pipe`;
    try {
      await new Deno.Command("mkfifo", { args: [pipe] }).output();
      const host = new FakeHost();
      let isUnread = false;
      const terminal = {
        ...silent,
        get isUnread() {
          return isUnread;
        },
      };
      const pause = () => {
        if (why === "he was told to stop") host.stop.abort();
        else isUnread = true;
      };
      const options = { file: pipe, keylog: [], key: [], deliver() {}, pause };
      const reading = readCapture(options, { host, terminal });
      // It stays open: whoever reads on waits for ever.
      const writer = await Deno.open(pipe, { write: true });
      await writer.write(files["others.pcapng"] ?? new Uint8Array());
      const { capture } = await reading;
      ok(capture.packets > 0);
      writer.close();
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  });
}

Deno.test("docs/inspect.md names every note, every key of JSON, and has examples that work", async () => {
  const page = await Deno.readTextFile(new URL("../docs/inspect.md", import.meta.url));
  const [hex = ""] = /(?<=inspect decode )[0-9a-f]{20,}/.exec(page) ?? [];
  deepStrictEqual(decodeByHand(hex)[0]?.value?.["channelId"], 7);
  for (const [, filter = ""] of page.matchAll(/```text\n(channel ==[^]*?)```/g)) {
    for (const line of filter.trim().split("\n")) parseFilter(line);
  }
  const place = new URL("../lib/inspect/dissect/", import.meta.url);
  const codes = new Set<string>();
  for await (const { name } of Deno.readDir(place)) {
    const source = await Deno.readTextFile(new URL(name, place));
    for (const [, code = ""] of source.matchAll(/code: "([a-z0-9-]+)"/g)) codes.add(code);
  }
  ok(codes.size > 12, `${codes.size}`);
  const told = new Set([...page.matchAll(/`([\w-]+)`/g)].map(([, word]) => word));
  deepStrictEqual([...codes].filter((code) => !told.has(code)), []);
  const keys = captures.flatMap((capture) => textsOf(entriesIn(capture, 1_000)))
    .flatMap((text) => Object.keys(JSON.parse(text)));
  deepStrictEqual([...new Set(keys)].filter((key) => !told.has(key)), []);
});

const silent = {
  isWatched: false,
  print() {},
  feed() {},
  fed: () => Promise.resolve(),
  tell() {},
  status() {},
};

type Damage =
  & { at: number }
  & (
    | { byte: number }
    | { cut: number }
    | { insert: Uint8Array }
    | { repeat: number }
  );

function harm(bytes: Uint8Array, damage: Damage): Uint8Array {
  const at = damage.at % (bytes.length + 1);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  if ("byte" in damage) return Uint8Array.of(...before, damage.byte, ...after.subarray(1));
  if ("cut" in damage) return Uint8Array.of(...before, ...after.subarray(damage.cut));
  if ("insert" in damage) return Uint8Array.of(...before, ...damage.insert, ...after);
  return Uint8Array.of(...before, ...after.subarray(0, damage.repeat), ...after);
}

function entriesIn(capture: Uint8Array, size: number): Entry[] {
  const entries: Entry[] = [];
  const reading = new CaptureEntries({
    ring: new KeyRing(),
    deliver: (entry) => entries.push(entry),
    onBadLine() {},
    attempts: 10_000,
  });
  try {
    for (let at = 0; at < capture.length; at += size) reading.push(capture.subarray(at, at + size));
    reading.end();
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
  }
  reading.close();
  summaryText(reading.totals);
  return entries;
}

function textsOf(entries: readonly Entry[]): string[] {
  return entries.map((entry) => formatJson(entry));
}

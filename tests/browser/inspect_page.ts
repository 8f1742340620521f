/**
 * The page of `inspect --web` in a browser, as a person uses it. Run by `deno task browser`.
 *
 * @module
 */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { openPage } from "../../commands/inspect/web.ts";
import { denoHost } from "../../lib/host/deno.ts";
import type { Entry } from "../../lib/inspect/entry.ts";
import { EntryStore } from "../../lib/inspect/web/entry_store.ts";
import { SetTarget } from "../../lib/messages/mining.ts";
import { start } from "../interop/support/process.ts";
import { FakeHost } from "../support/fake_host.ts";
import { Tape } from "../support/tape.ts";
import { webStory } from "../support/web_story.ts";
import { Browser } from "./browser.ts";
import { captureOurs } from "./capture.ts";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;
const SIZE = { width: 1400, height: 860 };

Deno.test("inspect FILE --web shows what our own roles said", async (t) => {
  const folder = await Deno.makeTempDir();
  const { capture, keyLog } = await captureOurs();
  await Deno.writeFile(`${folder}/ours.pcapng`, capture);
  await Deno.writeTextFile(`${folder}/ours.keys`, keyLog);
  await using program = start({
    name: "inspect",
    command: Deno.execPath(),
    args: ["run", "-A", MAIN, "inspect", "ours.pcapng", "--keylog", "ours.keys", "--web"],
    cwd: folder,
  });
  const [, url = ""] = await program.sees(/The page is at (\S+)/, 60_000);
  await program.sees(/Ctrl-C ends it/, 60_000);
  await using browser = await Browser.start();
  await browser.setLooks(SIZE);
  await browser.open(url);

  const filter = async (expression: string): Promise<void> => {
    if (expression === "") return await browser.click("button", "Clear");
    await browser.click(".filter input");
    await browser.evaluate(`document.querySelector(".filter input").select()`);
    await browser.type(expression);
    await browser.type("Enter");
    await browser.until(
      `document.querySelector(".filter input").value === ${JSON.stringify(expression)}`,
    );
  };
  const choose = async (name: string): Promise<void> => {
    await browser.click(".row", `${name}`);
    await browser.until(`document.querySelector(".entry-head .name")?.textContent === "${name}"`);
  };

  await t.step("lists every entry, and draws those that are seen", async () => {
    await browser.until(`document.querySelectorAll(".row .name").length > 20`);
    match(await browser.text("header"), /ours\.pcapng.*\d{3} entries/);
    ok((await browser.texts(".row")).length < 70);
    strictEqual(await browser.evaluate("document.querySelectorAll('.row.amiss').length"), 0);
  });

  await t.step("filters, after / and Enter", async () => {
    await browser.type("/");
    await browser.type('type == OpenExtendedMiningChannel || user_identity ~ "bob"');
    await browser.type("Enter");
    await browser.until(`document.querySelectorAll(".row").length === 3`);
    deepStrictEqual(
      new Set(await browser.texts(".row .name")),
      new Set([
        "OpenExtendedMiningChannel",
        "OpenStandardMiningChannel",
      ]),
    );
  });

  await t.step("leaves hostile names text", async () => {
    const rows = await browser.texts(".row .text");
    ok(rows.some((row) => row.includes("<img src=x") && row.includes("\\u{202e}evil")));
    await browser.click(".row", "<img");
    match(await browser.text(".entry-head .follows"), /user "<img/);
    await browser.until(`document.querySelector(".field") !== null`);
    ok((await browser.texts(".field .value")).some((value) => value.includes("\\x1b[31m")));
    strictEqual(await browser.evaluate("document.querySelectorAll('img').length"), 0);
    // deno-lint-ignore no-control-regex
    ok(!/[\u202e\x1b\x07]/.test(await browser.text("body")));
    match(String(await browser.evaluate("document.title")), /^ours\.pcapng/);
  });

  await t.step("says what is wrong with a filter", async () => {
    await filter("chanel == 7");
    await browser.until(`document.querySelector("#filter-error").textContent !== ""`);
    match(await browser.text("#filter-error"), /column 1: .*did you mean channel\?/);
  });

  await t.step("lights the bytes of a field up, and the field of a byte", async () => {
    await filter("type == OpenStandardMiningChannel");
    await choose("OpenStandardMiningChannel");
    await browser.hover(".field", "user_identity");
    await browser.until(`document.querySelectorAll(".hex .lit").length > 0`);
    strictEqual((await browser.texts(".hex .lit")).join(""), "03626f62");
    strictEqual((await browser.texts(".letters .lit")).join(""), "·bob");
    await browser.hover('.hex [data-at="6"]');
    await browser.until(`document.querySelector(".field.lit").textContent.includes("request_id")`);
    deepStrictEqual(await browser.texts(".hex .lit"), ["01", "00", "00", "00"]);
    await browser.click('.hex [data-at="11"]');
    await browser.until(`document.querySelector('.field[aria-selected="true"]') !== null`);
    match(await browser.text('.field[aria-selected="true"]'), /^user_identity/);
  });

  await t.step("shows what follows from an entry, and goes where it points", async () => {
    await filter("type in (SubmitSharesStandard, New*MiningJob)");
    await choose("SubmitSharesStandard");
    match(await browser.text(".derived"), /job entry.*job of entry \d+/);
    await browser.click(".derived .link");
    await browser.until(
      `document.querySelector(".entry-head .name").textContent.endsWith("MiningJob")`,
    );
    await browser.until(`document.querySelector('.row[aria-selected="true"]') !== null`);
    match(await browser.text('.row[aria-selected="true"]'), /MiningJob/);
  });

  await t.step("follows a channel through everything else", async () => {
    await browser.click(".chip", "channel");
    await browser.until(`document.querySelector(".pill.follow") !== null`);
    await filter("");
    await browser.until(
      `document.querySelector(".row .name").textContent.startsWith("OpenStandard")`,
    );
    ok(!(await browser.texts(".row .name")).includes("NewTemplate"));
    await browser.click('[aria-label="Stop following"]');
    await browser.until(`document.querySelector(".pill.follow") === null`);
    await browser.until(
      `[...document.querySelectorAll(".row .name")].some((name) => name.textContent === "NewTemplate")`,
    );
  });

  await t.step("goes from entry to entry by keys", async () => {
    await choose("NewTemplate");
    await browser.type("/");
    await browser.type("Escape");
    const before = Number(await browser.text('.row[aria-selected="true"] .number'));
    await browser.type("ArrowDown");
    await browser.until(
      `document.querySelector("#entry-${before + 1}[aria-selected=true]") !== null`,
    );
    await browser.type("End");
    await browser.until(`document.querySelector("#entry-${before + 1}") === null`);
    const total = await browser.evaluate(`document.querySelector("[role=grid]").ariaRowCount`);
    await browser.until(
      `document.querySelector('[aria-selected=true][aria-rowindex="${total}"]') !== null`,
    );
  });

  await t.step("draws a ladder, on which an arrow chooses its entry", async () => {
    await browser.click("[role=tab]", "Connections");
    await browser.until(`document.querySelectorAll("tbody tr").length === 4`);
    ok((await browser.texts("tbody tr")).some((row) => row.includes("template distribution")));
    await browser.click("tbody tr:last-child button", "ladder");
    await browser.until(`document.querySelectorAll(".step .shaft").length > 3`);
    match(await browser.text(".sides"), /client .*server 127\.0\.0\.1:8442/);
    await browser.click(".step", "CoinbaseOutputConstraints");
    await browser.until(
      `document.querySelector(".entry-head .name").textContent === "CoinbaseOutputConstraints"`,
    );
    strictEqual(
      await browser.evaluate(`(() => {
        const line = document.querySelector('.step[aria-selected="true"] .shaft');
        return line.x1.baseVal.value < line.x2.baseVal.value;
      })()`),
      true,
    );
  });

  await t.step("tells statistics", async () => {
    await browser.click("[role=tab]", "Statistics");
    await browser.until(`document.querySelectorAll("caption").length > 2`);
    ok((await browser.texts("tbody tr")).some((row) => row.startsWith("NewTemplate")));
  });

  await t.step("is found again at its address", async () => {
    await browser.click("[role=tab]", "Frames");
    await filter("type == NewTemplate");
    await choose("NewTemplate");
    const address = String(await browser.evaluate("location.href"));
    await browser.open("about:blank");
    await browser.open(address);
    await browser.until(
      `document.querySelector(".entry-head .name")?.textContent === "NewTemplate"`,
    );
  });

  await t.step("helps, on ?", async () => {
    await browser.type("?");
    await browser.until(`document.querySelector("dialog").open`);
    await browser.type("Escape");
    await browser.until(`!document.querySelector("dialog").open`);
  });

  await t.step("has a name for everything that can be used", async () => {
    deepStrictEqual(await browser.nameless(), []);
  });

  await t.step("fits 1,000 pixels, light and dark", async () => {
    for (const scheme of ["light", "dark"] as const) {
      await browser.setLooks({ width: 1000, height: 700, scheme });
      await browser.until(`document.documentElement.scrollWidth <= 1000`);
      const ground = String(
        await browser.evaluate(
          `getComputedStyle(document.documentElement).backgroundColor`,
        ),
      );
      const [red = 0] = ground.match(/\d+/g)?.map(Number) ?? [];
      strictEqual(red > 128, scheme === "light", ground);
    }
  });

  await t.step("asks nobody but headframe, and does nothing that is forbidden", () => {
    ok(browser.requests.length > 20);
    const elsewhere = browser.requests.filter((each) =>
      !each.startsWith(url) && each !== "about:blank"
    );
    deepStrictEqual(elsewhere, []);
    deepStrictEqual(browser.faults, []);
  });

  await t.step("ends when it is told to", async () => {
    strictEqual(await program.stop("SIGINT"), 0);
  });
  await Deno.remove(folder, { recursive: true });
});

Deno.test("the page goes along with what comes, and marks what breaks a rule", async (t) => {
  const store = new EntryStore("live", { isFollowed: true, limits: { entries: 300, bytes: 1e9 } });
  const { log } = new FakeHost();
  const host = denoHost({ log, signal: new AbortController().signal });
  let url = "";
  const terminal = {
    tell: (line: string) => void (url = /http\S+/.exec(line)?.[0] ?? url),
  };
  const page = openPage(store, { webPort: 0 }, { host, terminal });
  const entries = [...webStory(), ...targets()];
  const add = (count: number): void => {
    for (const entry of entries.splice(0, count)) store.add(entry);
  };
  await using browser = await Browser.start();
  await browser.setLooks(SIZE);
  add(7);
  await browser.open(url);

  await t.step("marks what breaks a rule, and tells which", async () => {
    await browser.until(`document.querySelector(".row .mark.MUST") !== null`);
    strictEqual(await browser.text(".pill.live"), "live");
    await browser.click(".row", "CloseChannel");
    match(await browser.text(".finding"), /MUST ERR-3 broken by the client: reason_code/);
    await browser.click("[role=tab]", "Rules");
    match(await browser.text(".rule"), /ERR-3/);
    await browser.click("[role=tab]", "Frames");
  });

  await t.step("follows the end", async () => {
    add(100);
    await browser.until(`document.querySelector("#entry-107") !== null`);
    add(50);
    await browser.until(`document.querySelector("#entry-157") !== null`);
  });

  await t.step("stays where somebody has scrolled to", async () => {
    await browser.scroll(".scroller", -100_000);
    await browser.until(`document.querySelector("#entry-1") !== null`);
    add(100);
    await browser.until(`document.querySelector("header").textContent.includes("257 entries")`);
    ok(await browser.evaluate(`document.querySelector("#entry-1") !== null`));
    await browser.click(".to-end");
    await browser.until(`document.querySelector("#entry-257") !== null`);
  });

  await t.step("says what is no longer kept", async () => {
    add(100);
    await browser.until(`document.querySelector("#entry-357") !== null`);
    match(await browser.text(".dropped"), /the first 57 are no longer kept/);
    await browser.click("#entry-350");
    await browser.type("Home");
    await browser.until(`document.querySelector("#entry-58") !== null`);
    strictEqual(await browser.evaluate(`document.querySelector("#entry-57")`), null);
  });

  await t.step("says when nothing more will come, and when headframe is gone", async () => {
    store.end();
    await browser.until(`document.querySelector(".pill.live") === null`);
    await page.close();
    await browser.click("[role=tab]", "Connections");
    await browser.until(
      `document.querySelector(".content .empty").textContent.startsWith("headframe does not answer")`,
    );
  });
  deepStrictEqual(browser.requests.filter((each) => !each.startsWith(url)), []);
});

/** Entries from number 8 on, without end in sight. */
function targets(): Entry[] {
  const tape = new Tape();
  for (let i = 0; i < 600; i++) tape.down(SetTarget, { channelId: i, maximumTarget: 1n });
  return tape.entries.map((entry) => ({ ...entry, number: entry.number + 7 }));
}

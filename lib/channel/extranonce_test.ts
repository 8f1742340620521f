import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { UsageError } from "../errors.ts";
import { ExtranoncePrefixes } from "./extranonce.ts";

const LAYOUT = { serverId: 0, indexSize: 3, rollableSize: 16 };

Deno.test("ExtranoncePrefixes begins each prefix with the server, then the channel's number", () => {
  const prefixes = new ExtranoncePrefixes({ ...LAYOUT, serverId: 7 }, 0x010203);
  strictEqual(prefixes.allocate(0)?.toHex(), "07010203");
  strictEqual(prefixes.allocate(0)?.toHex(), "07010204");
});

Deno.test("ExtranoncePrefixes goes round at the end of its numbers", () => {
  const prefixes = new ExtranoncePrefixes(LAYOUT, 0xffffff);
  strictEqual(prefixes.allocate(0)?.toHex(), "00ffffff");
  strictEqual(prefixes.allocate(0)?.toHex(), "00000000");
});

Deno.test("MIN-7 no two live prefixes are equal or begin one another, whatever is opened and closed", () => {
  const steps = fc.array(fc.oneof(fc.constant("open" as const), fc.nat(300)), { maxLength: 600 });
  fc.assert(fc.property(steps, fc.nat(), (script, first) => {
    const prefixes = new ExtranoncePrefixes({ serverId: 1, indexSize: 1, rollableSize: 2 }, first);
    const live: Uint8Array[] = [];
    let time = 0;
    for (const step of script) {
      time++;
      if (step === "open") {
        const prefix = prefixes.allocate(time - 5);
        if (prefix === undefined) continue;
        ok(!live.some((other) => other.toHex() === prefix.toHex()));
        strictEqual(prefix.length, prefixes.size);
        live.push(prefix);
      } else {
        const [closed] = live.splice(step, 1);
        if (closed !== undefined) prefixes.release(closed, time);
      }
      strictEqual(prefixes.live, live.length);
    }
  }));
});

Deno.test("ExtranoncePrefixes keeps a prefix back while a job of its holder is live", () => {
  const prefixes = new ExtranoncePrefixes({ serverId: 0, indexSize: 1, rollableSize: 4 }, 0);
  const all = Array.from({ length: 256 }, () => prefixes.allocate(0));
  strictEqual(prefixes.allocate(0), undefined);
  const closed = all[9];
  ok(closed);
  prefixes.release(closed, 41);
  strictEqual(prefixes.allocate(41), undefined);
  deepStrictEqual(prefixes.allocate(42), closed);
});

Deno.test("ExtranoncePrefixes takes a prefix back only once", () => {
  const prefixes = new ExtranoncePrefixes(LAYOUT, 0);
  const prefix = prefixes.allocate(0);
  ok(prefix);
  prefixes.release(prefix, 1);
  prefixes.release(prefix, 1);
  strictEqual(prefixes.live, 0);
});

Deno.test("ExtranoncePrefixes refuses a layout that cannot be", () => {
  for (
    const layout of [
      { serverId: 256, indexSize: 3, rollableSize: 16 },
      { serverId: 0, indexSize: 0, rollableSize: 16 },
      { serverId: 0, indexSize: 5, rollableSize: 16 },
      { serverId: 0, indexSize: 3, rollableSize: 29 },
      { serverId: 0, indexSize: 3, rollableSize: -1 },
    ]
  ) throws(() => new ExtranoncePrefixes(layout, 0), UsageError);
});

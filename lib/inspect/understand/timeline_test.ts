import { deepStrictEqual, strictEqual } from "node:assert";
import { Timeline } from "./timeline.ts";

function at(order: number): { order: number; time: number; entry: number } {
  return { order, time: order * 10, entry: order };
}

Deno.test("at() is what held then, after() what changed since", () => {
  const timeline = new Timeline<string>();
  timeline.set("a", at(3));
  timeline.set("b", at(7));
  deepStrictEqual([2, 3, 6, 7, Infinity].map((order) => timeline.at(order)?.value), [
    undefined,
    "a",
    "a",
    "b",
    "b",
  ]);
  deepStrictEqual(timeline.after(3).map(({ value }) => value), ["b"]);
});

Deno.test("only the last changes are kept, and it is told that there were others", () => {
  const timeline = new Timeline<number>();
  for (let order = 1; order <= 100; order++) timeline.set(order, at(order));
  deepStrictEqual([timeline.changes.length, timeline.isCut], [32, true]);
  strictEqual(timeline.at(1), undefined);
  strictEqual(timeline.latest?.value, 100);
  timeline.clear();
  deepStrictEqual([timeline.latest, timeline.changes.length], [undefined, 0]);
});

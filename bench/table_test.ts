import { strictEqual, throws } from "node:assert";
import { metBy, ratioOf, type Row, tableOf, withFigures } from "./table.ts";

const faster: Row = {
  what: "shares",
  unit: "/s",
  ours: 30_000,
  theirs: 20_000,
  than: "another",
  better: "more",
  goal: 1.6,
};
const smaller: Row = {
  what: "memory",
  unit: "KiB",
  ours: 50,
  theirs: 40,
  than: "another",
  better: "less",
  limit: 64,
};

Deno.test("ratioOf() is above 1 where ours is better, whichever way that is", () => {
  strictEqual(ratioOf(faster), 1.5);
  strictEqual(ratioOf(smaller), 0.8);
});

Deno.test("metBy() holds the ratio against the goal and our figure against the limit", () => {
  strictEqual(metBy(faster), false);
  strictEqual(metBy({ ...faster, goal: 1.5 }), true);
  strictEqual(metBy(smaller), true);
  strictEqual(metBy({ ...smaller, ours: 65 }), false);
  const { goal: _, ...unasked } = faster;
  strictEqual(metBy(unasked), undefined);
});

Deno.test("tableOf() shows where ours is behind and what was missed", () => {
  strictEqual(
    tableOf([faster, smaller]),
    `| What | Ours | Theirs | Ratio | Goal |
| --- | --: | --: | --: | --- |
| shares | 30,000 /s | 20,000 /s, another | 1.5× | ≥ 1.6×: **missed** |
| memory | 50 KiB | 40 KiB, another | **0.8× (behind)** | ≤ 64 KiB |`,
  );
});

Deno.test("withFigures() replaces what is between the markers and nothing else", () => {
  const page = "a\n<!-- figures -->\nold\n<!-- end -->\nb\n";
  strictEqual(withFigures(page, "new $&"), "a\n<!-- figures -->\n\nnew $&\n\n<!-- end -->\nb\n");
  throws(() => withFigures("a page", "new"), TypeError);
});

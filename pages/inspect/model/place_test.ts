import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { formatPlace, parsePlace, type Place, TABS } from "./place.ts";

Deno.test("parsePlace() reads what formatPlace() writes", () => {
  const number = fc.option(fc.nat(), { nil: undefined });
  const text = fc.string({ unit: "grapheme" }).filter((given) => given.isWellFormed());
  const places: fc.Arbitrary<Place> = fc.record({
    tab: fc.constantFrom(...TABS),
    filter: text,
    follow: text,
    entry: number,
    connection: number,
  });
  fc.assert(fc.property(places, (place) => {
    deepStrictEqual(parsePlace(formatPlace(place)), { ...place });
  }));
});

Deno.test("parsePlace() takes anything", () => {
  const place = parsePlace("#tab=nonsense&entry=x&connection=-1&filter=%");
  strictEqual(place.tab, "frames");
  strictEqual(place.entry, undefined);
  strictEqual(place.connection, undefined);
});

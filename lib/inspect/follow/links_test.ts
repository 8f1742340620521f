import { deepStrictEqual } from "node:assert/strict";
import { recordPool } from "../../../tests/support/recordings.ts";
import { Understanding } from "../understanding.ts";
import { parseFollowed } from "./expression.ts";
import { followTargetsOf } from "./links.ts";

Deno.test("followTargetsOf() gives what follows the entry itself, for every entry of a recording", async () => {
  const entries = await recordPool();
  const understanding = new Understanding();
  const asked = new Map<string, number[]>();
  for (const entry of entries) {
    const { sight } = understanding.see(entry);
    for (const { follow } of followTargetsOf(sight)) {
      asked.set(follow, [...asked.get(follow) ?? [], entry.number]);
    }
  }
  const kinds = new Set([...asked.keys()].map((follow) => parseFollowed(follow).kind));
  deepStrictEqual([...kinds].sort(), ["channel", "job", "share", "user"]);
  for (const [follow, numbers] of asked) {
    const following = new Understanding({ follow });
    const shown = new Set(
      entries.flatMap((entry) => following.see(entry).shown).map((e) => e.number),
    );
    deepStrictEqual(numbers.filter((number) => !shown.has(number)), [], follow);
  }
});

import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { SeenSession } from "../../../tests/support/seen_session.ts";
import { encodeFrame } from "../../frame/encode.ts";
import { SetTarget } from "../../messages/mining.ts";
import { findHeader, SearchBudget } from "./header_search.ts";

const session = new SeenSession();
const key = session.split.receiveKey;
const frame = encodeFrame(SetTarget, { channelId: 1, maximumTarget: 255n });
// Two nonces a frame: this one begins with 20.
for (let i = 0; i < 10; i++) session.seal("down", frame);
const sealed = session.seal("down", frame);

Deno.test("findHeader() finds the nonce of a header at the beginning", () => {
  deepStrictEqual(findHeader(sealed, { key, from: 0, nonces: 1_000 }, new SearchBudget()), {
    at: 0,
    counter: 20,
  });
  strictEqual(findHeader(sealed, { key, from: 21, nonces: 1_000 }, new SearchBudget()), undefined);
  strictEqual(findHeader(sealed, { key, from: 0, nonces: 20 }, new SearchBudget()), undefined);
});

Deno.test("findHeader() looks at every place where that is not too much", () => {
  const later = Uint8Array.of(...new Uint8Array(40), ...sealed);
  const search = { key, from: 15, nonces: 10 };
  deepStrictEqual(findHeader(later, search, new SearchBudget()), { at: 40, counter: 20 });
  strictEqual(findHeader(later, { ...search, nonces: 100_000 }, new SearchBudget()), undefined);
});

Deno.test("findHeader() finds nothing in less than a header, and with another key", () => {
  const search = { key, from: 20, nonces: 1 };
  strictEqual(findHeader(sealed.subarray(0, 21), search, new SearchBudget()), undefined);
  const other = { ...search, key: session.split.sendKey };
  strictEqual(findHeader(sealed, other, new SearchBudget()), undefined);
});

Deno.test("SearchBudget ends a search, and grows with what is read", () => {
  const budget = new SearchBudget(20);
  const search = { key, from: 0, nonces: 1_000 };
  strictEqual(findHeader(sealed, search, budget), undefined);
  budget.earn(21 * 32);
  deepStrictEqual(findHeader(sealed, search, budget), { at: 0, counter: 20 });
});

import { deepStrictEqual, strictEqual } from "node:assert";
import fc from "fast-check";
import { type Fragment, Fragments } from "./fragments.ts";

function fragment(at: number, isLast: boolean, ...bytes: number[]): Fragment {
  return { datagram: "a", time: 0, at, isLast, payload: Uint8Array.from(bytes) };
}

Deno.test("Fragments come together in any order, each datagram by itself", () => {
  const order = fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 });
  fc.assert(fc.property(order, (places) => {
    const fragments = new Fragments();
    const whole = places.flatMap((place) => {
      const datagram = place < 3 ? "a" : "b";
      const at = place % 3;
      const payload = Uint8Array.of(place);
      const bytes = fragments.add({ datagram, time: 0, at, isLast: at === 2, payload });
      return bytes === undefined ? [] : [[...bytes]];
    });
    deepStrictEqual(whole.sort(([a = 0], [b = 0]) => a - b), [[0, 1, 2], [3, 4, 5]]);
    strictEqual(fragments.incomplete, 0);
  }));
});

Deno.test("Fragments that overlap leave what came first", () => {
  const fragments = new Fragments();
  strictEqual(fragments.add(fragment(2, true, 1, 1)), undefined);
  deepStrictEqual(fragments.add(fragment(0, false, 2, 2, 2)), Uint8Array.of(2, 2, 1, 1));
});

Deno.test("Fragments have one length: what the first of two last ones says", () => {
  const fragments = new Fragments();
  fragments.add(fragment(2, true, 3));
  fragments.add(fragment(1, true, 2));
  deepStrictEqual(fragments.add(fragment(0, false, 1)), Uint8Array.of(1, 2, 3));
});

Deno.test("Fragments beyond the last one, or beyond 64 KiB, are no datagram", () => {
  const fragments = new Fragments();
  fragments.add(fragment(2, true, 1));
  strictEqual(fragments.add(fragment(2, false, 1, 1)), undefined);
  fragments.add({ ...fragment(0, true), at: 65_528, payload: new Uint8Array(9) });
  strictEqual(fragments.incomplete, 2);
  strictEqual(fragments.add(fragment(0, false, 1, 1)), undefined);
});

Deno.test("Fragments wait 30 seconds, for then their number may be another datagram's", () => {
  for (const [seconds, whole] of [[30, 1], [31, 0]] as const) {
    const fragments = new Fragments();
    fragments.add(fragment(1, true, 1));
    const bytes = fragments.add({ ...fragment(0, false, 2), time: seconds * 1e6 });
    strictEqual(bytes === undefined ? 0 : 1, whole);
    strictEqual(fragments.incomplete, whole === 1 ? 0 : 2);
  }
});

Deno.test("Fragments of the oldest of 65 datagrams are given up", () => {
  const fragments = new Fragments();
  for (let i = 0; i < 65; i++) {
    fragments.add({ ...fragment(1, true, 1), datagram: `${i}` });
  }
  strictEqual(fragments.incomplete, 65);
  const second = fragments.add({ ...fragment(0, false, 2), datagram: "1" });
  deepStrictEqual(second, Uint8Array.of(2, 1));
  strictEqual(fragments.add({ ...fragment(0, false, 2), datagram: "0" }), undefined);
});

Deno.test("Fragments too small to be honest do not fill memory", () => {
  const fragments = new Fragments();
  for (let at = 0; at < 2_000; at += 2) fragments.add(fragment(at, false, 1));
  strictEqual(fragments.incomplete > 1, true);
});

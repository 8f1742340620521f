import { deepStrictEqual, strictEqual } from "node:assert";
import fc from "fast-check";
import { microsecondTicks, nanosecondTicks, TimeScale } from "./timestamps.ts";

const NOW = 1_795_620_048n;

function halves(ticks: bigint): [number, number] {
  return [Number(ticks >> 32n), Number(ticks & 0xffff_ffffn)];
}

Deno.test("micros() reads every power of ten that is used", () => {
  for (const [power, more] of [[0, 0], [3, 250_000], [6, 250_000], [9, 250_000.75]] as const) {
    const ticks = NOW * 10n ** BigInt(power) + BigInt(Math.round(more * 10 ** (power - 6)));
    strictEqual(
      new TimeScale(power).micros(...halves(ticks)),
      Number(NOW) * 1e6 + more,
      `${power}`,
    );
  }
});

Deno.test("micros() reads powers of two", () => {
  strictEqual(new TimeScale(0x80 | 1).micros(...halves(3n)), 1.5e6);
  const ticks = (NOW << 32n) + (1n << 30n);
  strictEqual(new TimeScale(0x80 | 32).micros(...halves(ticks)), Number(NOW) * 1e6 + 250_000);
});

Deno.test("micros() reads resolutions beyond all clocks without losing itself", () => {
  strictEqual(Math.round(new TimeScale(18).micros(...halves(3n * 10n ** 18n))), 3e6);
  strictEqual(new TimeScale(0x80 | 60).micros(...halves(5n << 60n)), 5e6);
  strictEqual(Math.round(new TimeScale(127).micros(2 ** 32 - 1, 2 ** 32 - 1)), 0);
});

Deno.test("micros() adds the interface's offset, which may be below 0", () => {
  strictEqual(new TimeScale(6, -2).micros(0, 2_000_001), 1);
  strictEqual(new TimeScale(0x80 | 60, 3).micros(...halves(1n << 60n)), 4e6);
});

Deno.test("micros() reads what nanosecondTicks() wrote, to a quarter of a microsecond", () => {
  const time = fc.tuple(fc.nat(2 ** 32 - 1), fc.nat(3_999_999));
  fc.assert(fc.property(time, ([seconds, quarters]) => {
    const micros = seconds * 1e6 + quarters / 4;
    const { high, low } = nanosecondTicks(micros);
    strictEqual(new TimeScale(9).micros(high, low), micros);
  }));
});

Deno.test("nanosecondTicks() and microsecondTicks() count what they say", () => {
  const time = 1_795_620_048_983_800.25;
  const nanoseconds = 1_795_620_048_983_800_250n;
  const [high, low] = halves(nanoseconds);
  deepStrictEqual(nanosecondTicks(time), { high, low });
  const [microHigh, microLow] = halves(nanoseconds / 1_000n);
  deepStrictEqual(microsecondTicks(time), { high: microHigh, low: microLow });
});

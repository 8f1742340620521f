import { deepStrictEqual, ok, strictEqual } from "node:assert";
import fc from "fast-check";
import type { Abilities } from "../../../drivers/driver.ts";
import { GENERAL_PURPOSE_BITS } from "../../pow/version_bits.ts";
import { Supply, type SupplyOptions, type Unit } from "./supply.ts";

const chip: Abilities = { versionMask: 0x1fff_e000, nonceRange: false, rollsTime: false };
const core: Abilities = { ...chip, nonceRange: true };

function supply(options: Partial<SupplyOptions>): Supply {
  return new Supply({
    version: 0x2000_0000,
    versionMask: GENERAL_PURPOSE_BITS,
    extranonceSize: 0,
    cursor: 0n,
    ...options,
  });
}

function key({ extranonce, version, nonces: [first], seconds }: Unit): string {
  return `${extranonce.toHex()}/${version}/${first}/${seconds}`;
}

Deno.test("MIN-55 Supply.take() rolls an extranonce of exactly the granted size", () => {
  const jobs = supply({ extranonceSize: 3, cursor: 0xffffn });
  const taken = [jobs.take(chip, 0), jobs.take(chip, 0)].map((unit) => unit?.extranonce.toHex());
  deepStrictEqual(taken, ["00ffff", "010000"]);
  strictEqual(jobs.cursor, 0x10001n);
});

Deno.test("MIN-46 Supply.take() clears what the device rolls, whatever the server set there", () => {
  for (const version of [0x2000_0000, 0x3fff_ffe0]) {
    const unit = supply({ version, extranonceSize: 2 }).take(chip, 0);
    strictEqual(unit?.versionMask, 0x1fff_e000);
    strictEqual((unit.version & unit.versionMask) >>> 0, 0);
    strictEqual((unit.version & ~GENERAL_PURPOSE_BITS) >>> 0, 0x2000_0000);
  }
});

Deno.test("MIN-45 Supply.take() leaves a fixed version alone", () => {
  for (const extranonceSize of [0, 4]) {
    const unit = supply({ version: 0x2123_4567, versionMask: 0, extranonceSize }).take(core, 0);
    strictEqual(unit?.version, 0x2123_4567);
    strictEqual(unit.versionMask, 0);
  }
});

Deno.test("Supply.take() without an extranonce sets units apart by bits that chips do not roll", () => {
  const jobs = supply({ version: 0x3fff_ffff });
  const units = Array.from({ length: 256 }, () => jobs.take(chip, 0));
  strictEqual(new Set(units.map((unit) => unit?.version)).size, 256);
  for (const unit of units) strictEqual(unit?.versionMask, 0x1fff_e000);
  strictEqual(jobs.take(chip, 0), undefined);
});

Deno.test("Supply.take() keeps the bits that set units apart from a device that could roll them", () => {
  const any: Abilities = { ...chip, versionMask: GENERAL_PURPOSE_BITS };
  strictEqual(supply({}).take(any, 0)?.versionMask, 0x1fff_e000);
  strictEqual(supply({ extranonceSize: 1 }).take(any, 0)?.versionMask, GENERAL_PURPOSE_BITS);
});

Deno.test("Supply.take() with nothing else to roll cuts the nonces", () => {
  const jobs = supply({ versionMask: 0 });
  const units = Array.from({ length: 256 }, () => jobs.take(core, 0));
  strictEqual(units.reduce((sum, unit) => sum + size(unit), 0), 2 ** 32);
  strictEqual(jobs.take(core, 0), undefined);
  function size(unit: Unit | undefined): number {
    return unit === undefined ? 0 : unit.nonces[1] - unit.nonces[0] + 1;
  }
});

Deno.test("MIN-51 Supply.take() goes on with nTime when a second has passed, never before", () => {
  const jobs = supply({ versionMask: 0 });
  strictEqual(jobs.take(chip, 5)?.seconds, 5);
  strictEqual(jobs.take(chip, 5), undefined);
  strictEqual(jobs.take(chip, 4), undefined);
  strictEqual(jobs.take(chip, 6)?.seconds, 6);
});

Deno.test("Supply.take() never goes two hours beyond min_ntime", () => {
  const jobs = supply({ extranonceSize: 2 });
  strictEqual(jobs.take(chip, 100_000)?.seconds, 7_200);
});

Deno.test("Supply.take() gives nothing twice that a device rolls nTime on", () => {
  const jobs = supply({ versionMask: 0 });
  ok(jobs.take({ ...chip, rollsTime: true }, 0) !== undefined);
  strictEqual(jobs.take(chip, 10), undefined);
});

Deno.test("Supply.take() hands out every header once, to whatever devices", () => {
  const abilities = fc.record({
    versionMask: fc.constantFrom(0, 0x1fff_e000, GENERAL_PURPOSE_BITS),
    nonceRange: fc.constant(true),
    rollsTime: fc.constant(false),
  });
  const jobs = fc.record({
    version: fc.nat(0xffff_ffff),
    versionMask: fc.constantFrom(0, GENERAL_PURPOSE_BITS),
    extranonceSize: fc.constantFrom(0, 1, 4),
    cursor: fc.bigInt(0n, 2n ** 40n),
  });
  const steps = fc.array(fc.tuple(abilities, fc.nat(2)), { minLength: 300, maxLength: 600 });
  fc.assert(
    fc.property(jobs, steps, (options, steps) => {
      const jobs = new Supply(options);
      const seen: string[] = [];
      let elapsed = 0;
      for (const [abilities, later] of steps) {
        elapsed += later === 2 ? 1 : 0;
        const unit = jobs.take(abilities, elapsed);
        if (unit === undefined) continue;
        // What devices roll is left out: no two units may differ in that alone.
        seen.push(key({ ...unit, version: (unit.version & ~0x1fff_e000) >>> 0 }));
        ok(unit.seconds <= elapsed);
      }
      strictEqual(new Set(seen).size, seen.length);
    }),
    { numRuns: 40 },
  );
});

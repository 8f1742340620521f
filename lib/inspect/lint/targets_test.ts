import { deepStrictEqual } from "node:assert";
import fc from "fast-check";
import { targetFromCompact } from "../../bitcoin/compact.ts";
import { UpdateChannel } from "../../messages/mining.ts";
import {
  bytesFromTarget,
  MAX_TARGET,
  targetForPace,
  targetFromBytes,
  targetOfDifficulty,
} from "../../pow/target.ts";
import { findingsIn, testCases } from "../../../tests/support/lint_cases.ts";
import { HARD_BITS } from "../../../tests/support/pool_stage.ts";
import { MiningTape, TARGET, TemplateTape } from "../../../tests/support/protocol_tapes.ts";
import { TARGET_RULES } from "./targets.ts";

const swapped = (target: bigint) => targetFromBytes(bytesFromTarget(target).reverse());
const setup = () => new MiningTape().setup();
/** What a terahash a second should have. */
const PACE = targetForPace(1e12, 10);
const tera = { nominalHashRate: 1e12 };

testCases(TARGET_RULES, [
  {
    rule: "MIN-17",
    by: "server",
    name: "a target above max_target",
    clean: () => setup().open({ maxTarget: TARGET }, { target: TARGET }),
    broken: () => setup().open({ maxTarget: TARGET }, { target: TARGET + 1n }),
  },
  {
    rule: "MIN-17",
    by: "server",
    name: "SetTarget above the maximum that is wanted now",
    // What was wanted until a moment ago may be on its way.
    clean: () =>
      setup().open({ maxTarget: TARGET }).up(UpdateChannel, {
        channelId: 2,
        nominalHashRate: 1,
        maximumTarget: TARGET >> 1n,
      }).wait(1).target(TARGET),
    broken: () =>
      setup().open({ maxTarget: TARGET }).up(UpdateChannel, {
        channelId: 2,
        nominalHashRate: 1,
        maximumTarget: TARGET >> 1n,
      }).wait(20).target(TARGET),
  },
  {
    rule: "TYPE-5",
    by: "server",
    name: "SetTarget backwards, its low bytes zero",
    clean: () => setup().open(tera).target(targetOfDifficulty(1_000)),
    broken: () => setup().open(tera).target(swapped(targetOfDifficulty(1_000))),
  },
  {
    rule: "TYPE-5",
    by: "server",
    name: "SetTarget backwards, its low bytes any",
    clean: () => setup().open(tera).target(PACE),
    broken: () => setup().open(tera).target(swapped(PACE)),
  },
  {
    rule: "TYPE-5",
    by: "server",
    name: "a channel opens with a target backwards",
    clean: () => setup().open(tera, { target: PACE }),
    broken: () => setup().open(tera, { target: swapped(PACE) }),
  },
  {
    rule: "TYPE-5",
    by: "client",
    name: "max_target backwards",
    // Nothing is known of who will work on it, so only how hard it is tells.
    clean: () => setup().ask({ maxTarget: targetOfDifficulty(512), nominalHashRate: 0 }),
    broken: () => setup().ask({ maxTarget: swapped(targetOfDifficulty(512)), nominalHashRate: 0 }),
  },
  {
    rule: "TYPE-5",
    by: "client",
    name: "maximum_target backwards",
    clean: () =>
      setup().open().up(UpdateChannel, {
        channelId: 2,
        nominalHashRate: 1e12,
        maximumTarget: targetOfDifficulty(512),
      }),
    broken: () =>
      setup().open().up(UpdateChannel, {
        channelId: 2,
        nominalHashRate: 1e12,
        maximumTarget: swapped(targetOfDifficulty(512)),
      }),
  },
  {
    rule: "TYPE-5",
    by: "server",
    name: "the network's target backwards",
    clean: () => TemplateTape.templates().template().tip({ target: targetFromCompact(HARD_BITS) }),
    broken: () =>
      TemplateTape.templates().template()
        .tip({ target: swapped(targetFromCompact(HARD_BITS)) }),
  },
]);

Deno.test("no target that a server may set for a hash rate is taken for one backwards", () => {
  const rates = fc.double({ min: 0, max: 1e18, noNaN: true });
  fc.assert(fc.property(rates, fc.double({ min: 0.1, max: 600, noNaN: true }), (rate, pace) => {
    const nominalHashRate = Math.fround(rate);
    const target = targetForPace(nominalHashRate, pace);
    deepStrictEqual(findingsIn(setup().open({ nominalHashRate }).target(target).entries), []);
  }));
  for (const target of [MAX_TARGET, 1n << 255n, 1n << 250n, MAX_TARGET >> 16n]) {
    deepStrictEqual(findingsIn(setup().open().target(target).entries), []);
  }
});

/**
 * Rules about targets, SV2 §5.3.2, §5.3.21.
 *
 * @module
 */

import { targetFromCompact } from "../../bitcoin/compact.ts";
import {
  bytesFromTarget,
  difficultyOfTarget,
  isHashRate,
  targetFromBytes,
  workOfTarget,
} from "../../pow/target.ts";
import { fault, type Rule, ruleOn, type Side, type Verdict } from "./rule.ts";

const ENDIAN = "Targets are little-endian";

/** Targets: within what was asked for, and the right way round. */
export const TARGET_RULES: readonly Rule[] = [
  ruleOn("opened", {
    id: "MIN-17",
    title: "A channel's target is at most the max_target that was asked for",
    check({ request, channel }) {
      const target = channel.targets.latest?.value;
      if (request === undefined || target === undefined) return undefined;
      return above(target, request.maxTarget, [request.entry]);
    },
  }),
  ruleOn("target", {
    id: "MIN-17",
    title: "A channel's target is at most the maximum target that was asked for",
    check: ({ target, allowed, to }) =>
      allowed === undefined ? undefined : above(target, allowed, [to?.maxTargets.latest?.entry]),
  }),
  ruleOn("open", {
    id: "TYPE-5",
    title: ENDIAN,
    check: ({ request: { maxTarget, nominalHashRate } }) =>
      reversed("client", maxTarget, nominalHashRate),
  }),
  ruleOn("update", {
    id: "TYPE-5",
    title: ENDIAN,
    check: ({ value: { maximumTarget, nominalHashRate } }) =>
      reversed("client", maximumTarget, nominalHashRate),
  }),
  ruleOn("opened", {
    id: "TYPE-5",
    title: ENDIAN,
    check({ channel }) {
      const target = channel.targets.latest?.value;
      return target === undefined ? undefined : reversed("server", target, channel.nominalHashRate);
    },
  }),
  ruleOn("target", {
    id: "TYPE-5",
    title: ENDIAN,
    check: ({ target, to }) => reversed("server", target, to?.nominalHashRate),
  }),
  ruleOn("tip", {
    id: "TYPE-5",
    title: ENDIAN,
    check({ value: { target, nBits } }) {
      const network = targetFromCompact(nBits);
      if (target === network || swap(target) !== network) return undefined;
      return fault("server", "a target that is nBits backwards", `0x${network.toString(16)}`);
    },
  }),
];

function above(target: bigint, most: bigint, entries: readonly (number | undefined)[]): Verdict {
  if (target <= most) return undefined;
  return fault(
    "server",
    `target ${hex(target)}, difficulty ${difficultyOfTarget(target).toPrecision(4)}`,
    `at most ${hex(most)}, difficulty ${difficultyOfTarget(most).toPrecision(4)}`,
    entries,
  );
}

/**
 * A target that makes no sense as it is, and much the other way round.
 *
 * @param hashRate h/s of who has to meet it; any float.
 */
function reversed(by: Side, target: bigint, hashRate: number | undefined): Verdict {
  const other = swap(target);
  if (other === target || !isAbsurd(target, hashRate) || !isSensible(other, hashRate)) {
    return undefined;
  }
  return fault(
    by,
    `target ${hex(target)}, difficulty ${difficultyOfTarget(target).toExponential(2)}`,
    `little-endian; backwards it is difficulty ${difficultyOfTarget(other).toPrecision(4)}`,
  );
}

/** Harder than all miners on earth can do, or far from the pace of who has to meet it. */
function isAbsurd(target: bigint, hashRate: number | undefined): boolean {
  if (target === 0n || difficultyOfTarget(target) > 2 ** 64) return true;
  const seconds = secondsFor(target, hashRate);
  return seconds !== undefined && (seconds < 1e-6 || seconds > 1e9);
}

function isSensible(target: bigint, hashRate: number | undefined): boolean {
  if (target === 0n) return false;
  const difficulty = difficultyOfTarget(target);
  if (difficulty < 2 ** -32 || difficulty > 2 ** 48) return false;
  const seconds = secondsFor(target, hashRate);
  return seconds === undefined || (seconds >= 1e-2 && seconds <= 1e5);
}

function secondsFor(target: bigint, hashRate: number | undefined): number | undefined {
  if (hashRate === undefined || !isHashRate(hashRate) || hashRate < 1) return undefined;
  return workOfTarget(target) / hashRate;
}

function swap(target: bigint): bigint {
  return targetFromBytes(bytesFromTarget(target).reverse());
}

function hex(target: bigint): string {
  return `0x${target.toString(16)}`;
}

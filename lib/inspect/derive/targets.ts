import { difficultyOfTarget, isHashRate, workOfTarget } from "../../pow/target.ts";
import { formatSi } from "../../telemetry/si.ts";
import { type Derived, difficulty, said, secondsText } from "./derived.ts";

/**
 * What a target means: its difficulty, and how long a share takes.
 *
 * @param hashRate h/s of who has to meet it, if that is known; any float.
 */
export function targetValues(target: bigint, hashRate?: number): Derived[] {
  return [
    said("target_hex", target.toString(16).padStart(64, "0")),
    difficulty("difficulty", difficultyOfTarget(target)),
    ...paceValues(target, hashRate),
  ];
}

/** How often a share is to be expected. */
export function paceValues(target: bigint, hashRate: number | undefined): Derived[] {
  if (hashRate === undefined || !isHashRate(hashRate) || hashRate === 0) return [];
  const seconds = workOfTarget(target) / hashRate;
  return [{
    name: "seconds_per_share",
    value: seconds,
    unit: "s",
    text: `a share every ${secondsText(seconds)} at ${formatSi(hashRate, "h/s")}`,
  }];
}

import { assembleCoinbase, type Coinbase, type CoinbaseHalves } from "../../bitcoin/coinbase.ts";
import { concatBytes, u32Bytes } from "../../bitcoin/bytes.ts";
import type { JobParts, Shape } from "../../channel/job.ts";
import { PeerError } from "../../errors.ts";
import { MERKLE_LEVELS } from "../../kernel/sha.ts";
import type { NewTemplate } from "../../messages/template.ts";
import { JOB_SALT_SIZE, MAX_FULL_EXTRANONCE, type PoolPolicy } from "./config.ts";
import { largestPayout, type Payout } from "./payout.ts";

/** A template and who gave it: who must get the solution. */
export interface TemplateWork {
  /** {@link TemplateProviderConfig.name} */
  readonly provider: string;
  readonly template: NewTemplate;
}

/** What channels of a group have in common. */
export interface PoolShape extends Shape {
  readonly payout: Payout;
}

/** @param extranonceSize Of the full extranonce. */
export function shapeOf(payout: Payout, extranonceSize: number): PoolShape {
  return { key: `${extranonceSize} ${payout.key}`, payout, extranonceSize };
}

/**
 * Puts the pool's jobs together. Jobs of equal templates differ, see {@link JOB_SALT_SIZE}.
 *
 * @param salt Where the salts begin; random, so that they differ from those before a restart too.
 */
export function jobBuilder(
  policy: Pick<PoolPolicy, "poolSignature">,
  salt: number,
): (work: TemplateWork, shape: PoolShape, jobId: number) => JobParts {
  return ({ template }, shape, jobId) => ({
    version: template.version,
    versionRollingAllowed: true,
    merklePath: template.merklePath,
    coinbase: coinbaseFor(policy, template, shape, u32Bytes((salt + jobId) >>> 0)),
  });
}

/**
 * Refuses a template that jobs cannot be made of, for any channel there may be.
 *
 * @throws {PeerError} What its provider did wrong: as {@link assembleCoinbase}, or
 * `merkle-path-too-long`.
 */
export function refuseUnusable(
  policy: Pick<PoolPolicy, "poolSignature" | "rewardScript">,
  template: NewTemplate,
): void {
  if (template.merklePath.length > MERKLE_LEVELS) {
    throw new PeerError("merkle-path-too-long", "7.2");
  }
  const largest = shapeOf(largestPayout(policy.rewardScript), MAX_FULL_EXTRANONCE);
  coinbaseFor(policy, template, largest, new Uint8Array(JOB_SALT_SIZE));
}

function coinbaseFor(
  policy: Pick<PoolPolicy, "poolSignature">,
  template: NewTemplate,
  { payout, extranonceSize }: PoolShape,
  salt: Uint8Array,
): Coinbase {
  const { stripped, full } = assembleCoinbase({
    template,
    payoutOutputs: payout.outputs(template.coinbaseTxValueRemaining),
    scriptSigTags: { pool: policy.poolSignature },
    extranonceSize: salt.length + extranonceSize,
  });
  return { stripped: withSalt(stripped, salt), full: withSalt(full, salt) };
}

function withSalt({ prefix, suffix }: CoinbaseHalves, salt: Uint8Array): CoinbaseHalves {
  return { prefix: concatBytes(prefix, salt), suffix };
}

import type { SetupConnection } from "../messages/common.ts";

/** What a listening role accepts of a client, SV2 §3.6.1. */
export interface SetupPolicy {
  /** 0 mining, 1 job declaration, 2 template distribution. */
  readonly protocol: 0 | 1 | 2;
  readonly versions: readonly [oldest: number, newest: number];
  /** Feature bits that a client may ask for. */
  readonly flags: number;
  /** Flags of SetupConnection.Success, from what the client asked for. */
  answerFlags?(asked: number): number;
  /** Extensions that may be negotiated; 0x0001 itself goes without saying. */
  readonly extensions: readonly number[];
  /** Those of them without which nobody is served, EXT §4.6. */
  readonly requiredExtensions: readonly number[];
}

/** SetupConnection.Success or .Error, by what they carry. */
export type SetupVerdict =
  | { readonly accepted: true; readonly usedVersion: number; readonly flags: number }
  | { readonly accepted: false; readonly errorCode: string; readonly flags: number };

/**
 * The answer to a SetupConnection, SV2 §3.6.2 and §3.6.3. Every role that listens gives this one.
 */
export function judgeSetup(policy: SetupPolicy, setup: SetupConnection): SetupVerdict {
  const version = Math.min(setup.maxVersion, policy.versions[1]);
  const missing = (setup.flags & ~policy.flags) >>> 0;
  if (setup.protocol !== policy.protocol) return refuse("unsupported-protocol");
  if (version < Math.max(setup.minVersion, policy.versions[0])) {
    return refuse("protocol-version-mismatch");
  }
  if (missing !== 0) return refuse("unsupported-feature-flags", missing);
  return { accepted: true, usedVersion: version, flags: policy.answerFlags?.(setup.flags) ?? 0 };
}

function refuse(errorCode: string, flags = 0): SetupVerdict {
  return { accepted: false, errorCode, flags };
}

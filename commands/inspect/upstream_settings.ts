import { listOf, parseAddress, refuse } from "../../lib/config/kinds.ts";
import type { Setting } from "../../lib/config/setting.ts";
import { type Address, formatAddress } from "../../lib/ports.ts";
import type { TapUpstreams } from "../../lib/roles/tap/config.ts";
import { formatUpstream, type Upstream, upstream } from "../settings.ts";

/** Where to connect clients that speak one of the two. */
export type Target =
  | { readonly speaks: "sv1"; readonly address: Address }
  | { readonly speaks: "sv2"; readonly upstream: Upstream };

const SV1_SCHEME = "stratum+tcp://";

/** Servers to connect clients to: `stratum2+tcp://host:port/KEY`, or `stratum+tcp://host:port`. */
export function targets(doc: string): Setting<readonly Target[]> {
  const sv2 = upstream(doc);
  const read = (given: string): Target =>
    given.toLowerCase().startsWith(SV1_SCHEME)
      ? { speaks: "sv1", address: parseAddress(given.slice(SV1_SCHEME.length), 1) }
      : { speaks: "sv2", upstream: sv2.fromText(given) };
  return listOf<Target>({
    doc,
    form: "url",
    fromText: read,
    fromToml: (given) => typeof given === "string" ? read(given) : refuse("must be text in quotes"),
    toToml: formatTarget,
  }, []);
}

/** The inverse of reading one. */
export function formatTarget(target: Target): string {
  return target.speaks === "sv1"
    ? SV1_SCHEME + formatAddress(target.address)
    : formatUpstream(target.upstream);
}

/** By what they speak. */
export function upstreamsOf(targets: readonly Target[]): TapUpstreams {
  const sv1 = targets.find((target) => target.speaks === "sv1");
  const sv2 = targets.find((target) => target.speaks === "sv2");
  return { sv1: sv1?.address, sv2: sv2?.upstream };
}

/** @returns Problems of targets that do not go together. */
export function targetProblems(targets: readonly Target[]): readonly string[] {
  if (targets.length === 0) return ["--to needs a server: stratum2+tcp://host:port/KEY"];
  const double = (["sv1", "sv2"] as const).find((speaks) =>
    targets.filter((target) => target.speaks === speaks).length > 1
  );
  return double === undefined
    ? []
    : [`--to may be given once for Stratum V1 and once for V2, not twice for V${double.slice(2)}`];
}

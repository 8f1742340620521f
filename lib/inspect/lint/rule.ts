import type { FrameEntry } from "../entry.ts";
import type { About, Sight } from "../understand/sight.ts";

/** How strongly the specification asks. What it implies without such a word is a `MUST` here. */
export type Level = "MUST" | "SHOULD";

/** Who broke a rule. */
export type Side = "client" | "server";

/** A rule of the specification that can be seen from outside. */
export interface Rule {
  /** Of the requirement, as in docs/requirements.md: `MIN-17`. Several rules may share one. */
  readonly id: string;
  readonly level: Level;
  /** What the rule asks, in a sentence without its end. */
  readonly title: string;
  /** The kind of entries that can break it; `frame` for any frame. */
  readonly on: About["kind"] | "frame";
  check(sight: Sight): readonly Fault[];
}

/** How a rule was broken. */
export interface Fault {
  readonly by: Side;
  /** What was done. May quote the peer; escaped. */
  readonly text: string;
  readonly expected: string;
  /** Numbers of earlier entries that show it. */
  readonly entries: readonly number[];
}

/** A fault, and where it was seen. */
export interface Finding extends Fault {
  readonly id: string;
  readonly level: Level;
  readonly title: string;
  /** Number of the entry. */
  readonly entry: number;
  readonly connection: number;
}

/** What a check may answer. */
export type Verdict = Fault | readonly Fault[] | undefined;

interface Head {
  readonly id: string;
  readonly level?: Level;
  readonly title: string;
}

/** A rule about entries of one kind. Its level is `MUST` unless it says otherwise. */
export function ruleOn<K extends About["kind"]>(
  kind: K,
  { id, level = "MUST", title, check }: Head & {
    readonly check: (about: Extract<About, { readonly kind: K }>, sight: Sight) => Verdict;
  },
): Rule {
  return {
    id,
    level,
    title,
    on: kind,
    check: (sight) => listOf(check(sight.about as Extract<About, { readonly kind: K }>, sight)),
  };
}

/** A rule about frames, whatever they are. */
export function ruleOnFrames(
  { id, level = "MUST", title, check }: Head & {
    readonly check: (frame: FrameEntry, sight: Sight) => Verdict;
  },
): Rule {
  return {
    id,
    level,
    title,
    on: "frame",
    check: (sight) => sight.entry.kind === "frame" ? listOf(check(sight.entry, sight)) : [],
  };
}

/** @param entries Numbers of earlier entries that show it; unknown ones are left out. */
export function fault(
  by: Side,
  text: string,
  expected: string,
  entries: readonly (number | undefined)[] = [],
): Fault {
  return { by, text, expected, entries: entries.filter((entry) => entry !== undefined) };
}

/** Who sent a frame. */
export function senderOf({ direction }: FrameEntry): Side {
  return direction === "up" ? "client" : "server";
}

function listOf(verdict: Verdict): readonly Fault[] {
  if (verdict === undefined) return [];
  return "by" in verdict ? [verdict] : verdict;
}

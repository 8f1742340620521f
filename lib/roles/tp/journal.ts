import type { Verdict } from "../../node/node.ts";
import type { UnixSeconds } from "../../time.ts";

/** What a node said to a block, and when. */
export type Answer = Verdict & { readonly at: UnixSeconds };

/** All that is known of one solved block. */
export interface Solution {
  /** As people read it. */
  readonly hash: string;
  /** Undefined if its event was lost: the disk was full. */
  readonly foundAt: UnixSeconds | undefined;
  readonly height: number | undefined;
  readonly templateId: string | undefined;
  /** `host:port` of the client that sent it. */
  readonly address: string | undefined;
  /** By the node's name, as the configuration has it. */
  readonly answers: ReadonlyMap<string, Answer>;
  /** What of it is still on this disk: the whole block, header and coinbase, or nothing. */
  readonly file: "block" | "partial" | undefined;
}

/** A line of the journal. */
export type SolutionEvent =
  | {
    readonly event: "found";
    readonly at: UnixSeconds;
    readonly hash: string;
    readonly height: number;
    readonly templateId: string;
    readonly address: string;
  }
  | {
    readonly event: "answer";
    readonly at: UnixSeconds;
    readonly hash: string;
    readonly node: string;
  } & Verdict;

/** A block of which nothing is known but its hash. */
export function emptySolution(hash: string): Solution {
  return {
    hash,
    foundAt: undefined,
    height: undefined,
    templateId: undefined,
    address: undefined,
    answers: new Map(),
    file: undefined,
  };
}

/** The line, with its end. */
export function encodeEvent(event: SolutionEvent): string {
  return `${JSON.stringify(event)}\n`;
}

/**
 * The records of a journal. Lines that are none, such as one that a power cut left unfinished, are
 * passed over: what they said is asked of the node again.
 */
export function eventsIn(text: string): SolutionEvent[] {
  return text.split("\n").flatMap((line) => eventOf(line) ?? []);
}

function eventOf(line: string): SolutionEvent | undefined {
  if (line === "") return undefined;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { event, at, hash, height, templateId, address, node, outcome, reason } = value as {
    readonly [key: string]: unknown;
  };
  if (typeof at !== "number" || typeof hash !== "string") return undefined;
  if (event === "found") {
    if (
      typeof height !== "number" || typeof templateId !== "string" || typeof address !== "string"
    ) return undefined;
    return { event, at, hash, height, templateId, address };
  }
  if (event !== "answer" || typeof node !== "string") return undefined;
  switch (outcome) {
    case "accepted":
    case "known":
    case "side":
      return { event, at, hash, node, outcome };
    case "refused":
      return typeof reason === "string" ? { event, at, hash, node, outcome, reason } : undefined;
    default:
      return undefined;
  }
}

import { listOf, optional, path, secret, text, toggle } from "../../lib/config/kinds.ts";
import type { Setting } from "../../lib/config/setting.ts";
import { type Filter, parseFilter } from "../../lib/inspect/filter/filter.ts";
import { parseFollowed } from "../../lib/inspect/follow/expression.ts";
import { parseKeysByHand } from "../../lib/inspect/keys/keys.ts";

/** Longest filter; its parser takes no longer one either. */
const LONGEST_FILTER = 4_096;

/** How entries are shown. */
export const OUTPUT = {
  fields: toggle("Every field of each message, with its bytes and meaning", false),
  json: toggle("One line of JSON for each entry; the schema is in docs/inspect.md", false),
  color: toggle("Colours", false),
  redact: toggle("Pseudonyms for users, addresses, extranonces, tokens and payouts", false),
};

/** What opens what is encrypted, and what is wanted of it. */
export const KEYS = {
  keylog: {
    ...listOf(path("Key log, as HEADFRAME_KEYLOG writes it; read on while it grows"), []),
    fromTexts: (paths: readonly string[]) => paths,
  },
  // A file, since who looks at the list of processes shall not read the traffic.
  key: {
    ...secret(
      "Keys of one session, where there is no key log: lines of client:HEX and server:HEX",
      parseKeysByHand,
    ),
    fallback: [],
  },
};

/** Which entries are shown. */
export const FILTER = {
  filter: optional(filter("Show what this is true for: channel == 7 && type == SetTarget")),
};

/** What is made of entries beyond showing them. */
export const SENSE = {
  follow: optional(
    followed("Show what belongs to this: channel=7, job=5, share=12, token=a1b2 or user=name"),
  ),
  derived: toggle(
    "What follows from each message: difficulties, paces, coinbases, hashes",
    false,
  ),
  lint: toggle(
    "Tell what breaks the rules of the specification; exit with 5 if a MUST does",
    false,
  ),
};

/** @returns Problems of settings that do not go together. */
export function checkOutput(
  { fields, json, redact, derived, follow, plain }: {
    readonly fields: boolean;
    readonly json: boolean;
    readonly redact: boolean;
    readonly derived: boolean;
    readonly follow?: string | undefined;
    readonly plain?: string | undefined;
  },
): readonly string[] {
  const given = { fields, json, redact, derived, follow };
  const printed = Object.entries(given).flatMap(([name, value]) => value ? [`--${name}`] : []);
  return [
    ...fields && json ? ["--fields and --json do not go together: JSON has every field"] : [],
    ...redact && derived
      ? ["--redact and --derived do not go together: what is derived has addresses in it"]
      : [],
    ...plain !== undefined && printed.length > 0
      ? [`--plain and ${printed.join(", ")} do not go together: with --plain nothing is printed`]
      : [],
  ];
}

function followed(doc: string): Setting<string> {
  const plain = text(doc, undefined, LONGEST_FILTER);
  const read = (given: string): string => {
    parseFollowed(given);
    return given;
  };
  return {
    ...plain,
    form: "what=value",
    fromText: (given) => read(plain.fromText(given)),
    fromToml: (given) => read(plain.fromToml(given)),
  };
}

function filter(doc: string): Setting<Filter> {
  const plain = text(doc, undefined, LONGEST_FILTER);
  return {
    doc,
    form: "expression",
    fromText: (given) => parseFilter(plain.fromText(given)),
    fromToml: (given) => parseFilter(plain.fromToml(given)),
    toToml: () => undefined,
  };
}

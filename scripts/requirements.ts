/**
 * Which requirements of the specification have a test: `deno task requirements [--json]`.
 *
 * @module
 */

import { EXIT } from "../lib/errors.ts";
import { MUST_BE_PROVEN, NOT_BUILT } from "./requirements_scope.ts";

export interface Requirement {
  readonly id: string;
  readonly group: string;
  readonly role: string;
  readonly level: string;
  readonly text: string;
}

/** A test whose name starts with `id`. */
export interface Claim {
  readonly id: string;
  readonly file: string;
  readonly test: string;
}

export interface Report {
  readonly proven: readonly { readonly requirement: Requirement; readonly claims: Claim[] }[];
  readonly open: readonly Requirement[];
  readonly notBuilt: readonly { readonly requirement: Requirement; readonly role: string }[];
  /** Tests that name a requirement there is not. */
  readonly unknown: readonly Claim[];
  /** Open although {@link MUST_BE_PROVEN}. */
  readonly missing: readonly Requirement[];
}

const ID = "[A-Z][A-Z0-9]*-\\d+";
const ROW =
  /^\| ([A-Z][A-Z0-9]*)-(\d+) \| ((?:[^|\\]|\\.)+) \| ((?:[^|\\]|\\.)+) \| ((?:[^|\\]|\\.)+) \|/;
/** A call's first argument, or a property, that begins with one or more IDs. */
const NAMED = new RegExp(
  `(?:\\w\\(\\s*|\\b(?:name|proves):\\s*)["'\`](${ID}(?:,\\s*${ID})*)(?:[:,]?\\s([^"'\`\\n]*)|["'\`])`,
  "g",
);

/** The rows of docs/requirements.md. What was decided on ambiguities (`A-…`) is not among them. */
export function parseRequirements(markdown: string): Requirement[] {
  return markdown.split("\n").flatMap((line) => {
    const [, group = "", number, role = "", level = "", text = ""] = ROW.exec(line) ?? [];
    if (number === undefined || group === "A") return [];
    const plain = text.replaceAll("\\|", "|");
    return [{ id: `${group}-${number}`, group, role, level, text: plain }];
  });
}

/** The requirements that tests in `code` say they prove. */
export function parseClaims(code: string, file: string, groups: ReadonlySet<string>): Claim[] {
  return [...code.matchAll(NAMED)].flatMap(([, ids = "", test = ""]) =>
    ids.split(/,\s*/)
      // "SHA-256 of …" is a name too; only what looks like one of our groups is meant as an ID.
      .filter((id) => groups.has(id.split("-")[0] ?? ""))
      .map((id) => ({ id, file, test: test.trim() }))
  );
}

export function report(requirements: readonly Requirement[], claims: readonly Claim[]): Report {
  const claimed = Map.groupBy(claims, ({ id }) => id);
  const known = new Set(requirements.map(({ id }) => id));
  const proven = requirements.flatMap((requirement) => {
    const claims = claimed.get(requirement.id);
    return claims === undefined ? [] : [{ requirement, claims }];
  });
  const rest = requirements.filter(({ id }) => !claimed.has(id));
  const notBuilt = rest.flatMap((requirement) => {
    const role = roleOf(requirement);
    return role === undefined ? [] : [{ requirement, role }];
  });
  const open = rest.filter((requirement) => roleOf(requirement) === undefined);
  return {
    proven,
    open,
    notBuilt,
    unknown: claims.filter(({ id }) => !known.has(id)),
    missing: open.filter(({ group }) => MUST_BE_PROVEN.includes(group)),
  };
}

function roleOf({ id, group }: Requirement): string | undefined {
  return NOT_BUILT.find(({ ids }) => ids.includes(id) || ids.includes(group))?.role;
}

function render(requirements: readonly Requirement[], result: Report): string {
  const groups = [...new Set(requirements.map(({ group }) => group))];
  const count = (of: readonly { readonly group: string }[], group: string) =>
    String(of.filter((each) => each.group === group).length).padStart(9);
  const row = (group: string) =>
    group.padEnd(6) + count(result.proven.map(({ requirement }) => requirement), group) +
    count(result.open, group) + count(
      result.notBuilt.map(({ requirement }) => requirement),
      group,
    ) +
    count(requirements, group);
  const total = [result.proven, result.open, result.notBuilt, requirements]
    .map(({ length }) => String(length).padStart(9)).join("");
  const lines = [
    "group    proven     open not built      all",
    ...groups.map(row),
    `all   ${total}`,
    "",
    "Open:",
    ...result.open.map(({ id, role, level, text }) =>
      `  ${id.padEnd(9)}${role}, ${level}: ${text}`
    ),
    "",
    "Not built yet:",
    ...[...Map.groupBy(result.notBuilt, ({ role }) => role)].map(([role, rows]) =>
      `  ${role}: ${rows.map(({ requirement }) => requirement.id).join(" ")}`
    ),
    ...result.unknown.map(({ id, file, test }) => `UNKNOWN  ${id} in ${file}: ${test}`),
    ...result.missing.map(({ id }) => `UNPROVEN ${id}, which must be proven`),
  ];
  return lines.join("\n");
}

/** Test files below `directory`, as paths from `root`. */
function* testFiles(root: URL, directory = ""): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(new URL(`./${directory}`, root))) {
    const path = `${directory}${name}`;
    if (isDirectory) {
      if (!/^\.|^(?:node_modules|target|dist|data)$/.test(name)) yield* testFiles(root, `${path}/`);
    } else if (/_test\.ts$|^tests\/interop\/.*\.ts$/.test(path)) yield path;
  }
}

/** Reads the repository and judges it. */
export function requirementsOf(root: URL): { requirements: Requirement[]; result: Report } {
  const read = (path: string) => Deno.readTextFileSync(new URL(path, root));
  const requirements = parseRequirements(read("docs/requirements.md"));
  const groups = new Set(requirements.map(({ group }) => group));
  const files = [...testFiles(root)].filter((path) => path !== "scripts/requirements_test.ts");
  const claims = files.flatMap((path) => parseClaims(read(path), path, groups));
  return { requirements, result: report(requirements, claims) };
}

if (import.meta.main) {
  const { requirements, result } = requirementsOf(new URL("..", import.meta.url));
  const text = Deno.args.includes("--json")
    ? JSON.stringify(result, undefined, 2)
    : render(requirements, result);
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
  if (result.missing.length + result.unknown.length > 0) Deno.exitCode = EXIT.test;
}

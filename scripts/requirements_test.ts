import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { parseClaims, parseRequirements, report, requirementsOf } from "./requirements.ts";
import { NOT_BUILT } from "./requirements_scope.ts";

const GROUPS = new Set(["NOISE", "MIN", "JD"]);

Deno.test("parseRequirements() reads all rows, and none of the ambiguities", () => {
  const { requirements } = requirementsOf(new URL("..", import.meta.url));
  strictEqual(requirements.length, 276);
  strictEqual(new Set(requirements.map(({ id }) => id)).size, 276);
  deepStrictEqual(
    parseRequirements("| A-1 | Topic | x | y | z |\n| MIN-9 | pool | MAY | a\\|b | 05 | h |"),
    [
      { id: "MIN-9", group: "MIN", role: "pool", level: "MAY", text: "a|b" },
    ],
  );
});

Deno.test("parseClaims() finds the IDs that a test's name starts with", () => {
  const code = `
    Deno.test("NOISE-19 Act 1 is 64 bytes", () => {});
    Deno.test(\`MIN-1, MIN-2 \${name} is fine\`, f);
    await t.step(
      "JD-3: tokens", f);
    const row = { name: "MIN-4 of a table", proves: "MIN-5" };
    Deno.test("SHA-256 of nothing", () => {});
    Deno.test("about NOISE-20", () => {});
    // Deno says NOISE-21
  `;
  deepStrictEqual(
    parseClaims(code, "x_test.ts", GROUPS).map(({ id }) => id),
    ["NOISE-19", "MIN-1", "MIN-2", "JD-3", "MIN-4", "MIN-5"],
  );
});

Deno.test("report() tells proven, open, not built, unknown and missing apart", () => {
  const row = (id: string) => ({
    id,
    group: id.split("-")[0] ?? "",
    role: "both",
    level: "MUST",
    text: "",
  });
  const claim = (id: string) => ({ id, file: "x_test.ts", test: "" });
  const result = report(
    [row("NOISE-1"), row("NOISE-2"), row("MIN-1"), row("MIN-12"), row("JD-1")],
    [claim("NOISE-1"), claim("NOISE-99")],
  );
  deepStrictEqual(result.proven.map(({ requirement }) => requirement.id), ["NOISE-1"]);
  deepStrictEqual(result.open.map(({ id }) => id), ["NOISE-2", "MIN-1"]);
  deepStrictEqual(result.notBuilt.map(({ requirement }) => requirement.id), ["MIN-12", "JD-1"]);
  deepStrictEqual(result.unknown.map(({ id }) => id), ["NOISE-99"]);
  deepStrictEqual(result.missing.map(({ id }) => id), ["NOISE-2"]);
});

Deno.test("no test names a requirement there is not, and NOT_BUILT names none either", () => {
  const { requirements, result } = requirementsOf(new URL("..", import.meta.url));
  deepStrictEqual(result.unknown, []);
  for (const id of NOT_BUILT.flatMap(({ ids }) => ids)) {
    ok(requirements.some((each) => each.id === id || each.group === id), id);
  }
});

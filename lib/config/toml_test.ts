import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import { OperatorError } from "../errors.ts";
import type { TomlValue } from "./setting.ts";
import { parseToml, tomlLine } from "./toml.ts";

const DOCUMENT = `# a pool
listen_address = "0.0.0.0:3333" # here
shares.per."minute" = 6
text = """
not_a_key = 1 \\"""
"""
raw = '''
[neither]'''
list = [ 1, # one
  { a = 1, "b]" = [2] },
]

[template_provider_type.Sv2Tp]
  address = "127.0.0.1:8442"

[[upstreams]]
address = "a"
[[upstreams]]
address = "b"
[upstreams.more]
x = 1979-05-27 07:32:00
`;

Deno.test("parseToml() knows where each key stands", () => {
  const document = parseToml(DOCUMENT, "pool.toml");
  const where = (...path: (string | number)[]) => {
    const { line, column } = document.at(path) ?? {};
    return `${line}:${column}`;
  };
  strictEqual(where("listen_address"), "2:1");
  strictEqual(where("shares", "per"), "3:8");
  strictEqual(where("shares", "per", "minute"), "3:12");
  strictEqual(where("text"), "4:1");
  strictEqual(where("raw"), "7:1");
  strictEqual(where("list", 0), "9:10");
  strictEqual(where("list", 1, "a"), "10:5");
  strictEqual(where("list", 1, "b]", 0), "10:20");
  strictEqual(where("template_provider_type", "Sv2Tp"), "13:1");
  strictEqual(where("template_provider_type", "Sv2Tp", "address"), "14:3");
  strictEqual(where("upstreams", 1), "18:1");
  strictEqual(where("upstreams", 1, "address"), "19:1");
  strictEqual(where("upstreams", 1, "more", "x"), "21:1");
  strictEqual(document.at(["not_a_key"]), undefined);
});

Deno.test("parseToml() names file, line and column of what is not TOML", () => {
  throws(
    () => parseToml('a = 1\nb = "x\n', "pool.toml"),
    (error) => error instanceof OperatorError && /^pool\.toml:2:\d+: [^\n]+$/.test(error.message),
  );
  throws(() => parseToml("a = 1\na = 2\n", "pool.toml"), /^OperatorError: pool\.toml:2:1: /);
});

Deno.test("parseToml() knows where every key and item of any document stands", () => {
  fc.assert(fc.property(fc.dictionary(keys, values, { maxKeys: 5 }), (table) => {
    const text = Object.entries(table).map(([key, value]) => tomlLine(key, value)).join("\n#\n");
    const document = parseToml(text, "x.toml");
    const lines = text.split("\n");
    for (const path of pathsOf(document.table)) {
      const position = document.at(path);
      ok(position !== undefined, `${JSON.stringify(path)} in ${text}`);
      const rest = lines[position.line - 1]?.slice(position.column - 1) ?? "";
      const key = path.at(-1);
      if (typeof key === "string") ok(rest.startsWith(key) || rest.startsWith('"'), rest);
    }
  }));
});

Deno.test("tomlLine() writes what parseToml() reads", () => {
  fc.assert(fc.property(keys, values, (key, value) => {
    const { table } = parseToml(tomlLine(key, value), "x.toml");
    deepStrictEqual(structuredClone(table), { [key]: value });
  }));
});

const keys = fc.string({ unit: fc.constantFrom(..."ab_-. \"'\\#[]={}\té"), maxLength: 6 })
  .filter((key) => key !== "__proto__");
const { values } = fc.letrec<{ values: TomlValue }>((tie) => ({
  values: fc.oneof(
    { maxDepth: 3 },
    fc.string({ unit: "grapheme", maxLength: 8 }),
    fc.string({ unit: fc.constantFrom(..."\"'\\\n#]},"), maxLength: 6 }),
    fc.integer(),
    fc.boolean(),
    fc.array(tie("values"), { maxLength: 3 }),
    fc.dictionary(keys, tie("values"), { maxKeys: 3, noNullPrototype: true }),
  ),
}));

function* pathsOf(
  value: TomlValue,
  path: readonly (string | number)[] = [],
): Generator<readonly (string | number)[]> {
  if (path.length > 0) yield path;
  if (typeof value !== "object" || value instanceof Date) return;
  for (const [key, item] of Object.entries(value)) {
    yield* pathsOf(item, [...path, Array.isArray(value) ? Number(key) : key]);
  }
}

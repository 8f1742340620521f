/**
 * The shape of the code, held by tests: who may import whom, who may touch the world, which package
 * enters by which door, how long a file may be.
 */

import { deepStrictEqual, ok } from "node:assert";

/** Who may import whom. A row may import itself, ANYONE's, and the rows it names: all below it. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "main.ts": ["commands", "lib/host", "lib/telemetry"],
  "commands": [
    "pages",
    "lib/inspect",
    "drivers",
    "lib/roles",
    "lib/session",
    "lib/chain",
    "lib/node",
    "lib/config",
    "lib/noise",
    "lib/bitcoin",
    "lib/telemetry",
  ],
  "pages": ["lib/inspect/web/api.ts"],
  "lib/host": ["lib/session", "lib/noise"],
  "lib/roles": [
    "drivers/driver.ts",
    "lib/session",
    "lib/inspect",
    "lib/capture",
    "lib/channel",
    "lib/chain",
    "lib/node",
    "lib/messages",
    "lib/frame",
    "lib/noise",
    "lib/codec",
    "lib/kernel",
    "lib/pow",
    "lib/bitcoin",
    "lib/telemetry",
  ],
  "drivers": ["lib/kernel", "lib/pow", "lib/bitcoin"],
  "lib/session": ["lib/noise", "lib/frame", "lib/messages", "lib/codec"],
  "lib/inspect": [
    "lib/capture",
    "lib/channel",
    "lib/noise",
    "lib/frame",
    "lib/messages",
    "lib/codec",
    "lib/kernel",
    "lib/pow",
    "lib/bitcoin",
    "lib/config",
    "lib/telemetry",
  ],
  "lib/inspect/web/api.ts": ["lib/capture"],
  "lib/channel": ["lib/messages", "lib/codec", "lib/kernel", "lib/pow", "lib/bitcoin"],
  "lib/chain": ["lib/node", "lib/kernel", "lib/pow", "lib/bitcoin"],
  "lib/node": ["lib/capnp", "lib/kernel", "lib/pow", "lib/bitcoin"],
  "lib/capture": ["lib/codec"],
  "lib/noise": ["lib/frame", "lib/codec", "lib/kernel", "lib/bitcoin"],
  "lib/frame": ["lib/messages", "lib/codec"],
  "lib/messages": ["lib/codec"],
  "lib/config": ["lib/telemetry"],
  "lib/capnp": [],
  "lib/codec": [],
  "lib/kernel": ["lib/pow", "lib/bitcoin"],
  "lib/pow": ["lib/bitcoin"],
  "drivers/driver.ts": [],
  "lib/bitcoin": [],
  "lib/telemetry": [],
  "lib/ports.ts": [],
  "lib/errors.ts": [],
  "lib/time.ts": [],
};
/** Files that are data. */
const DATA = [
  "deno.json",
  ...["index.html", "page.css", "page.js", "icon.svg"].map((file) => `pages/inspect/${file}`),
];
const ANYONE = ["lib/errors.ts", "lib/time.ts", "lib/ports.ts", "lib/telemetry/log.ts"];

/**
 * Each package has one door, so that it can be replaced, and read, in one place. What pages are written
 * in is all over them.
 */
const DOOR: Readonly<Record<string, readonly string[]>> = {
  "@noble/curves": ["lib/noise/crypto.ts"],
  "@noble/ciphers": ["lib/noise/crypto.ts"],
  "@noble/hashes": ["lib/bitcoin/hash.ts"],
  "@scure/base": ["lib/bitcoin/base58.ts"],
  "@scure/btc-signer": ["lib/bitcoin/script.ts"],
  "smol-toml": ["lib/config/toml.ts"],
  "@commander-js/extra-typings": ["commands/program.ts"],
  "preact": ["pages"],
  "node:assert": ["drivers/conformance.ts", "lib/node/conformance.ts"],
  "node:crypto": ["lib/noise/crypto.ts"],
  "node:http": ["lib/host/http.ts"],
  "node:https": ["lib/host/http.ts"],
};

/** Only here may code reach sockets, files, clocks, randomness, timers, the process. */
const MAY_TOUCH_THE_WORLD = ["main.ts", "commands", "pages", "lib/host", "drivers"];
const WORLD =
  /\bDeno\.|\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b|\bfetch\(|\bset(?:Timeout|Interval)\(|\bMath\.random\b|\bcrypto\.(?:subtle|getRandomValues|randomUUID)\b|\bprocess\.\w|\bnew Worker\(/;
const MOST_LINES = 400;

const root = new URL("..", import.meta.url);
const sources = new Map(
  (await Promise.all(
    ["lib/", "commands/", "pages/", "drivers/"].map((directory) =>
      Array.fromAsync(filesIn(directory))
    ),
  )).flat().concat("main.ts").filter((path) => !/_(?:test|bench)\.ts$/.test(path))
    .map((path) => [path, codeOf(path)] as const),
);
const IMPORT =
  /^(?:import|export)\s[^;"]*?from\s+"([^"]+)"|^import\s+"([^"]+)"|\bimport\(\s*"([^"]+)"/gm;
const imports = [...sources].flatMap(([path, code]) =>
  [...code.matchAll(IMPORT)].map((match) => {
    const to = match[1] ?? match[2] ?? match[3] ?? "";
    const isOurs = to.startsWith(".") || to.startsWith("headframe/");
    const base = to.startsWith("headframe/") ? new URL("lib/", root) : new URL(path, root);
    const url = new URL(to.replace(/^headframe\//, "./"), base);
    return { path, to: isOurs ? url.href.slice(root.href.length) : to, isOurs };
  })
);

Deno.test("MAY_IMPORT points down: rows name only rows below them", () => {
  const rows = Object.keys(MAY_IMPORT);
  deepStrictEqual(
    rows.flatMap((row, i) =>
      (MAY_IMPORT[row] ?? []).filter((to) => rows.indexOf(to) <= i).map((to) => `${row} → ${to}`)
    ),
    [],
  );
});

Deno.test("every file imports only from its own folder and the layers below", () => {
  deepStrictEqual(
    imports.filter(({ isOurs, path, to }) => {
      const row = rowOf(path);
      const allowed = row === undefined ? [] : [row, ...MAY_IMPORT[row] ?? [], ...ANYONE];
      return isOurs && !DATA.includes(to) && !allowed.some((place) => inside(to, place));
    }).map(({ path, to }) => `${path} imports ${to}`),
    [],
  );
});

Deno.test("folders do not import one another in a circle", () => {
  const below = new Map<string, Set<string>>();
  for (const { path, to, isOurs } of imports) {
    const [from, into] = [rowOf(path), rowOf(to)];
    if (!isOurs || from === undefined || into === undefined || from === into) continue;
    if (ANYONE.includes(to)) continue;
    below.set(from, (below.get(from) ?? new Set()).add(into));
  }
  const reaches = (from: string, to: string, seen = new Set<string>()): boolean =>
    [...below.get(from) ?? []].some((next) =>
      next === to || (!seen.has(next) && reaches(next, to, seen.add(next)))
    );
  deepStrictEqual([...below.keys()].filter((row) => reaches(row, row)), []);
});

Deno.test("every package enters by its door", () => {
  deepStrictEqual(
    imports.filter(({ isOurs, path, to }) => {
      const name = to.startsWith("@")
        ? to.split("/").slice(0, 2).join("/")
        : to.split("/")[0] ?? "";
      return !isOurs && !DOOR[name]?.some((place) => inside(path, place));
    }).map(({ path, to }) => `${path} imports ${to}`),
    [],
  );
});

Deno.test("only the edge touches the world", () => {
  deepStrictEqual(
    [...sources].flatMap(([path, code]) => {
      if (MAY_TOUCH_THE_WORLD.some((place) => inside(path, place))) return [];
      const [touch] = WORLD.exec(code) ?? [];
      return touch === undefined ? [] : [`${path}: ${touch}`];
    }),
    [],
  );
});

Deno.test("WORLD sees clocks, randomness, timers, sockets and workers", () => {
  for (
    const code of [
      "Deno.connect()",
      "Date.now()",
      "new Date()",
      "performance.now()",
      "setTimeout(f)",
      "Math.random()",
      "crypto.getRandomValues(x)",
      'new Worker("x")',
    ]
  ) ok(WORLD.test(code), code);
  ok(!WORLD.test("host.clock.now(); new Date(time); this.crypto.seal()"));
});

const lengths = [...sources].map(([path]) => ({ path, lines: textOf(path).split("\n").length - 1 }))
  .sort((a, b) => a.lines - b.lines);
const median = lengths[lengths.length >> 1]?.lines;

Deno.test(`no file is over 400 lines: ${lengths.length} files, median ${median} lines`, () => {
  deepStrictEqual(lengths.filter(({ lines }) => lines > MOST_LINES), []);
});

Deno.test("no file skips a test, or leaves something to be done", async () => {
  const everything = await Array.fromAsync(filesIn(""));
  // In parts, so that this file does not find itself.
  const banned = [
    "TO" + "DO",
    "FIX" + "ME",
    "ignore: " + "true",
    "Deno\\.test\\.(?:ignore|only|skip)\\(",
  ];
  const pattern = new RegExp(banned.join("|"));
  deepStrictEqual(everything.filter((path) => pattern.test(textOf(path))), []);
});

function* filesIn(directory: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(new URL(`./${directory}`, root))) {
    const path = `${directory}${name}`;
    if (isDirectory && !/^\.|^(?:node_modules|target|dist|data|vectors)$/.test(name)) {
      yield* filesIn(`${path}/`);
    } else if (/\.tsx?$/.test(path)) yield path;
  }
}

function textOf(path: string): string {
  return Deno.readTextFileSync(new URL(path, root));
}

/** The text without lines that are comments: they may speak of what the code must not do. */
function codeOf(path: string): string {
  return textOf(path).replace(/^\s*(?:\*|\/[*/]).*$/gm, "");
}

function rowOf(path: string): string | undefined {
  return Object.keys(MAY_IMPORT).filter((place) => inside(path, place))
    .sort((a, b) => b.length - a.length)[0];
}

function inside(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}/`);
}

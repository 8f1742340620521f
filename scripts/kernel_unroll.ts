/**
 * Writes the AssemblyScript of the search in eight lanes. What it writes is compiled as
 * `./unrolled`, beside the sources in lib/kernel/assembly.
 *
 * WebAssembly has vectors of four words only, but V8 can make one instruction of 256 bits of two equal
 * ones (`--experimental-wasm-revectorize`, on processors with AVX2), which doubles the speed. So all
 * here are pairs: a word of eight lanes is two vectors, 16 bytes apart. V8 recognizes a pair by two
 * stores next to each other, at one constant address plus offsets that are written out, each of which
 * occurs once in a function without branches. That is why this is unrolled, and why by a program.
 *
 * @module
 */

/** Bytes of a word in eight lanes. */
const PAIR = 32;

/** Where things are, in bytes from the start. Words are pairs; K and the constants single numbers. */
const LAYOUT = {
  /** The state of a hash at its beginning, of headers after their first block, and after round 2. */
  BEGINNING: 0,
  MIDSTATE: 256,
  ROUND_2: 512,
  /** The last word of the second hash. */
  LAST: 768,
  /** What is constant of words 19, 30 and 31 of the headers, and of words 24 and 30 of the hashes. */
  HEADER_19: 800,
  HEADER_30: 804,
  HEADER_31: 808,
  DIGEST_24: 812,
  DIGEST_30: 816,
  /** The round constants. */
  K: 832,
  /** 64 words of the headers' second blocks, as they are and with K added; of the hashes likewise. */
  HEADER: 1088,
  HEADER_KW: 3136,
  DIGEST: 5184,
  DIGEST_KW: 7232,
  /** Bytes of it all. */
  SIZE: 9280,
} as const;

type Area = "HEADER" | "DIGEST";

/** One of the halves of a pair. */
type Half = 0 | 1;

/** An expression for one half of the pair at `offset`. */
function load(offset: number, half: Half): string {
  return `v128.load(p, ${offset + 16 * half})`;
}

function store(offset: number, half: Half, value: string): string {
  return `v128.store(p, ${value}, ${offset + 16 * half});`;
}

function sum(terms: string[]): string {
  return terms.reduce((left, right) => `add(${left}, ${right})`);
}

/** Sets word `t` of an area: to the sum of `terms` of each half. */
function put(area: Area, t: number, terms: (half: Half) => string[]): string[] {
  const word = LAYOUT[area] + PAIR * t;
  const kw = LAYOUT[`${area}_KW`] + PAIR * t;
  return [
    `  w0 = ${sum(terms(0))}, w1 = ${sum(terms(1))};`,
    `  k = v128.load32_splat(p, ${LAYOUT.K + 4 * t}), k0 = add(w0, k), k1 = add(w1, k);`,
    `  ${store(word, 0, "w0")} ${store(word, 1, "w1")}`,
    `  ${store(kw, 0, "k0")} ${store(kw, 1, "k1")}`,
  ];
}

/** What a word is the sum of: words t - 16, t - 15, t - 7, t - 2, or a constant. */
type Source = "a" | "b" | "c" | "d" | keyof typeof LAYOUT;

/** Sets word `t` from the sources named; left out are those that are zero, or part of a constant. */
function extend(area: Area, t: number, sources: Source[]): string[] {
  const at = (distance: number): number => LAYOUT[area] + PAIR * (t - distance);
  return put(area, t, (half) =>
    sources.map((source) => {
      switch (source) {
        case "a":
          return load(at(16), half);
        case "b":
          return `sigma0(${load(at(15), half)})`;
        case "c":
          return load(at(7), half);
        case "d":
          return `sigma1(${load(at(2), half)})`;
        default:
          return `v128.load32_splat(p, ${LAYOUT[source]})`;
      }
    }));
}

/** Numbers from `first` to `last`. */
function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/** A function without branches, `p` being the start of it all. */
function straight(doc: string, name: string, body: string[]): string {
  return [
    `/** ${doc} */`,
    `export function ${name}(): void {`,
    "  let p: usize = WIDE;",
    ...body,
    "}",
  ]
    .join("\n");
}

function scheduleHeaders(): string {
  const all: Source[] = ["a", "b", "c", "d"];
  return straight("Expands the headers, after word 3.", "scheduleHeaders", [
    "  let w0: v128, w1: v128, k: v128, k0: v128, k1: v128;",
    // In word 2, which no round of these needs, is all of word 18 that is constant.
    ...extend("HEADER", 18, ["a", "b"]),
    ...extend("HEADER", 19, ["a", "HEADER_19"]),
    ...extend("HEADER", 20, ["a", "d"]),
    ...extend("HEADER", 21, ["d"]),
    ...range(22, 29).flatMap((t) => extend("HEADER", t, ["c", "d"])),
    ...extend("HEADER", 30, ["HEADER_30", "c", "d"]),
    ...extend("HEADER", 31, ["HEADER_31", "c", "d"]),
    ...range(32, 63).flatMap((t) => extend("HEADER", t, all)),
  ]);
}

function scheduleDigests(): string {
  const all: Source[] = ["a", "b", "c", "d"];
  return straight("Expands the hashes, up to word 60.", "scheduleDigests", [
    "  let w0: v128, w1: v128, k: v128, k0: v128, k1: v128;",
    ...extend("DIGEST", 16, ["a", "b"]),
    ...extend("DIGEST", 17, ["a", "b", "d"]),
    ...range(18, 21).flatMap((t) => extend("DIGEST", t, ["a", "b", "d"])),
    ...range(22, 23).flatMap((t) => extend("DIGEST", t, all)),
    ...extend("DIGEST", 24, ["DIGEST_24", "c", "d"]),
    ...range(25, 29).flatMap((t) => extend("DIGEST", t, ["c", "d"])),
    ...extend("DIGEST", 30, ["DIGEST_30", "c", "d"]),
    ...range(31, 60).flatMap((t) => extend("DIGEST", t, all)),
  ]);
}

const NAMES = ["a", "b", "c", "d", "e", "f", "g", "h"] as const;

/** The variable that plays `role` (0 for a) in round `t`: none is moved, the roles go round. */
function player(role: number, t: number): string {
  return NAMES[(role - t + 64) % 8] ?? "";
}

/** Round `t`, on both halves; `partly`, only what comes into e. */
function round(kw: number, t: number, partly = false): string[] {
  const [a, b, c, d, e, f, g, h] = range(0, 7).map((role) => player(role, t));
  const halves: Half[] = [0, 1];
  return [
    ...halves.map((i) =>
      `  x${i} = t1(${e}${i}, ${f}${i}, ${g}${i}, ${h}${i}, ${load(kw + PAIR * t, i)});`
    ),
    ...halves.map((i) => `  ${d}${i} = add(${d}${i}, x${i});`),
    ...partly
      ? []
      : halves.map((i) => `  ${h}${i} = add(x${i}, t2(${a}${i}, ${b}${i}, ${c}${i}));`),
  ];
}

/** Declares the variables, with the state at `from`. */
function begin(from: number): string[] {
  return [
    ...NAMES.map((name, i) => {
      const at = from + PAIR * i;
      return `  let ${name}0 = ${load(at, 0)}, ${name}1 = ${load(at, 1)};`;
    }),
    "  let x0: v128, x1: v128;",
  ];
}

function roundsHeaders(): string {
  return straight("Hashes the headers: words 0 to 7 of the second hash.", "roundsHeaders", [
    ...begin(LAYOUT.ROUND_2),
    ...range(3, 63).flatMap((t) => round(LAYOUT.HEADER_KW, t)),
    "  let w0: v128, w1: v128, k: v128, k0: v128, k1: v128;",
    ...range(0, 7).flatMap((role) =>
      put("DIGEST", role, (half) => [
        `${player(role, 64)}${half}`,
        load(LAYOUT.MIDSTATE + PAIR * role, half),
      ])
    ),
  ]);
}

function roundsDigests(): string {
  // The last word is h after round 63, which is e after round 60; what rounds 57 to 60 make of a would
  // come into an e only later.
  const last = player(3, 60);
  return straight("The last word of the second hash, but for what is added.", "roundsDigests", [
    ...begin(LAYOUT.BEGINNING),
    ...range(0, 56).flatMap((t) => round(LAYOUT.DIGEST_KW, t)),
    ...range(57, 60).flatMap((t) => round(LAYOUT.DIGEST_KW, t, true)),
    `  ${store(LAYOUT.LAST, 0, `${last}0`)} ${store(LAYOUT.LAST, 1, `${last}1`)}`,
  ]);
}

/** The text of `./unrolled`. */
export function unroll(): string {
  return [
    'import { add } from "./lanes";',
    'import { sigma0, sigma1, t1, t2 } from "./sha256";',
    `export const WIDE: usize = memory.data(${LAYOUT.SIZE}, 64);`,
    ...Object.entries(LAYOUT).map(([name, at]) => `export const ${name}: usize = ${at};`),
    scheduleHeaders(),
    roundsHeaders(),
    scheduleDigests(),
    roundsDigests(),
  ].join("\n");
}

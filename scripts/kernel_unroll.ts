/**
 * Writes the AssemblyScript that hashes four or eight messages side by side. What it writes is compiled
 * as `./unrolled`, beside the sources in lib/kernel/assembly.
 *
 * WebAssembly has vectors of four words only, but V8 can make one instruction of 256 bits of two equal
 * ones (`--experimental-wasm-revectorize`, on processors with AVX2), which doubles the speed. So in
 * memory every word is a pair of vectors, 16 bytes apart: lanes 0 to 3, and 4 to 7, which the code for
 * four lanes leaves alone. V8 recognizes a pair by two stores next to each other, at one constant address
 * plus offsets that are written out, each of which occurs once in a function without branches; constant
 * addresses also need no check that they are within memory. That is why this is unrolled, and why by a
 * program.
 *
 * @module
 */

/** Bytes of a word in all lanes. */
const PAIR = 32;

/** Where things are, in bytes from the start. */
const LAYOUT = {
  /** States, eight words each: as every hash begins; for {@link hashBlocks}, in and out. */
  BEGINNING: 0,
  STATE: 256,
  /** Of headers: after their first block, and after round 2 of the second. */
  MIDSTATE: 512,
  ROUND_2: 768,
  /** The last word of the second hash. */
  LAST: 1024,
  /** Single numbers, the same in all lanes: what of these words, and of round 0, is constant. */
  HEADER_19: 1056,
  HEADER_30: 1060,
  HEADER_31: 1064,
  DIGEST_17: 1068,
  DIGEST_23: 1072,
  DIGEST_24: 1076,
  DIGEST_30: 1080,
  DIGEST_A: 1084,
  DIGEST_E: 1088,
  /** The round constants, single numbers too. */
  K: 1152,
  /** 64 words of any block, of headers' second blocks, and of hashes; each also with K added. */
  BLOCK: 1408,
  BLOCK_KW: 3456,
  HEADER: 5504,
  HEADER_KW: 7552,
  DIGEST: 9600,
  DIGEST_KW: 11648,
  /** Bytes of it all. */
  SIZE: 13696,
} as const;

type Area = "BLOCK" | "HEADER" | "DIGEST";
type Lanes = 4 | 8;
/** One of the halves of a pair. */
type Half = 0 | 1;

function halvesOf(lanes: Lanes): Half[] {
  return lanes === 4 ? [0] : [0, 1];
}

/** Numbers from `first` to `last`. */
function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/** An expression for one half of the word at `offset`. */
function load(offset: number, half: Half): string {
  return `v128.load(p, ${offset + 16 * half})`;
}

function store(offset: number, half: Half, value: string): string {
  return `v128.store(p, ${value}, ${offset + 16 * half});`;
}

/** An expression for a single number in all lanes. */
function splat(offset: number): string {
  return `v128.load32_splat(p, ${offset})`;
}

function sum(terms: readonly string[]): string {
  return terms.reduce((left, right) => `add(${left}, ${right})`);
}

/** Sets word `t` of an area to the sum of `terms`, a list for each half. */
function put(lanes: Lanes, area: Area, t: number, terms: (half: Half) => string[]): string[] {
  const halves = halvesOf(lanes);
  const kw = LAYOUT[`${area}_KW`] + PAIR * t;
  return [
    ...halves.map((i) => `w${i} = ${sum(terms(i))};`),
    `k = ${splat(LAYOUT.K + 4 * t)};`,
    ...halves.map((i) => `k${i} = add(w${i}, k);`),
    ...halves.map((i) => store(LAYOUT[area] + PAIR * t, i, `w${i}`)),
    ...halves.map((i) => store(kw, i, `k${i}`)),
  ];
}

const WORDS = "let w0: v128, w1: v128, k: v128, k0: v128, k1: v128;";

/** What a word is made of: words t - 16, t - 15, t - 7, t - 2, and constants. */
type Source = "a" | "b" | "c" | "d" | keyof typeof LAYOUT;

const ALL: readonly Source[] = ["a", "b", "c", "d"];

/** Sets word `t` from the sources named. Left out are those that are zero or part of a constant. */
function extend(lanes: Lanes, area: Area, t: number, sources = ALL): string[] {
  const at = (distance: number): number => LAYOUT[area] + PAIR * (t - distance);
  const term = (source: Source, half: Half): string => {
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
        return splat(LAYOUT[source]);
    }
  };
  return put(lanes, area, t, (half) => sources.map((source) => term(source, half)));
}

/** A function without branches. `p` is the start of it all. */
function straight(doc: string, name: string, body: readonly string[]): string {
  const lines = ["let p: usize = LANES;", ...body].map((line) => `  ${line}`);
  return [`/** ${doc} */`, `export function ${name}(): void {`, ...lines, "}"].join("\n");
}

function scheduleBlocks(lanes: Lanes): string {
  return straight(
    "Expands the blocks, of which words 0 to 15 are given.",
    `scheduleBlocks${lanes}`,
    [
      WORDS,
      ...range(0, 15).flatMap((t) => [
        `k = ${splat(LAYOUT.K + 4 * t)};`,
        ...halvesOf(lanes).map((i) => `k${i} = add(${load(LAYOUT.BLOCK + PAIR * t, i)}, k);`),
        ...halvesOf(lanes).map((i) => store(LAYOUT.BLOCK_KW + PAIR * t, i, `k${i}`)),
      ]),
      ...range(16, 63).flatMap((t) => extend(lanes, "BLOCK", t)),
    ],
  );
}

function scheduleHeaders(lanes: Lanes): string {
  return straight("Expands the headers, after word 3.", `scheduleHeaders${lanes}`, [
    WORDS,
    // In word 2, which no round of these needs, is all of word 18 that is constant.
    ...extend(lanes, "HEADER", 18, ["a", "b"]),
    ...extend(lanes, "HEADER", 19, ["a", "HEADER_19"]),
    ...extend(lanes, "HEADER", 20, ["a", "d"]),
    ...extend(lanes, "HEADER", 21, ["d"]),
    ...range(22, 29).flatMap((t) => extend(lanes, "HEADER", t, ["c", "d"])),
    ...extend(lanes, "HEADER", 30, ["HEADER_30", "c", "d"]),
    ...extend(lanes, "HEADER", 31, ["HEADER_31", "c", "d"]),
    ...range(32, 63).flatMap((t) => extend(lanes, "HEADER", t)),
  ]);
}

function scheduleDigests(lanes: Lanes): string {
  return straight("Expands the hashes, up to word 60.", `scheduleDigests${lanes}`, [
    WORDS,
    ...extend(lanes, "DIGEST", 16, ["a", "b"]),
    ...extend(lanes, "DIGEST", 17, ["a", "b", "DIGEST_17"]),
    ...range(18, 21).flatMap((t) => extend(lanes, "DIGEST", t, ["a", "b", "d"])),
    ...extend(lanes, "DIGEST", 22),
    ...extend(lanes, "DIGEST", 23, ["a", "DIGEST_23", "c", "d"]),
    ...extend(lanes, "DIGEST", 24, ["DIGEST_24", "c", "d"]),
    ...range(25, 29).flatMap((t) => extend(lanes, "DIGEST", t, ["c", "d"])),
    ...extend(lanes, "DIGEST", 30, ["DIGEST_30", "c", "d"]),
    ...range(31, 60).flatMap((t) => extend(lanes, "DIGEST", t)),
  ]);
}

const NAMES = ["a", "b", "c", "d", "e", "f", "g", "h"] as const;

/** The variable that plays `role` (0 for a) in round `t`: none is moved, the roles go round. */
function player(role: number, t: number): string {
  return NAMES[(role - t + 64) % 8] ?? "";
}

/** Declares the variables, with the state at `from`. */
function begin(lanes: Lanes, from: number): string[] {
  return [
    ...NAMES.flatMap((name, i) =>
      halvesOf(lanes).map((half) => `let ${name}${half} = ${load(from + PAIR * i, half)};`)
    ),
    "let x0: v128, x1: v128;",
  ];
}

/** Round `t`, with the words at `kw`; `partly`, only what comes into e. */
function round(lanes: Lanes, kw: number, t: number, partly = false): string[] {
  const halves = halvesOf(lanes);
  const [a, b, c, d, e, f, g, h] = range(0, 7).map((role) => player(role, t));
  return [
    ...halves.map((i) =>
      `x${i} = t1(${e}${i}, ${f}${i}, ${g}${i}, ${h}${i}, ${load(kw + PAIR * t, i)});`
    ),
    ...halves.map((i) => `${d}${i} = add(${d}${i}, x${i});`),
    ...partly ? [] : halves.map((i) => `${h}${i} = add(x${i}, t2(${a}${i}, ${b}${i}, ${c}${i}));`),
  ];
}

function hashBlocks(lanes: Lanes): string {
  return straight("Takes the expanded blocks into the states.", `hashBlocks${lanes}`, [
    ...begin(lanes, LAYOUT.STATE),
    ...range(0, 63).flatMap((t) => round(lanes, LAYOUT.BLOCK_KW, t)),
    ...NAMES.flatMap((name, i) => {
      const at = LAYOUT.STATE + PAIR * i;
      const halves = halvesOf(lanes);
      return [
        ...halves.map((half) => `${name}${half} = add(${name}${half}, ${load(at, half)});`),
        ...halves.map((half) => store(at, half, `${name}${half}`)),
      ];
    }),
  ]);
}

function hashHeaders(lanes: Lanes): string {
  return straight("Words 0 to 7 of the hashes from the headers.", `hashHeaders${lanes}`, [
    ...begin(lanes, LAYOUT.ROUND_2),
    ...range(3, 63).flatMap((t) => round(lanes, LAYOUT.HEADER_KW, t)),
    WORDS,
    ...NAMES.flatMap((name, i) =>
      put(lanes, "DIGEST", i, (half) => [
        `${name}${half}`,
        load(LAYOUT.MIDSTATE + PAIR * i, half),
      ])
    ),
  ]);
}

function lastWords(lanes: Lanes): string {
  // The last word is h after round 63, which is e after round 60; what rounds 57 to 60 make of a would
  // come into an e only later. Round 0 begins with the same state always.
  const doc = "The last words of the hashes' hashes, but for what is added in the end.";
  const halves = halvesOf(lanes);
  return straight(doc, `lastWords${lanes}`, [
    ...begin(lanes, LAYOUT.BEGINNING),
    ...halves.flatMap((i) => [
      `d${i} = add(${load(LAYOUT.DIGEST, i)}, ${splat(LAYOUT.DIGEST_E)});`,
      `h${i} = add(${load(LAYOUT.DIGEST, i)}, ${splat(LAYOUT.DIGEST_A)});`,
    ]),
    ...range(1, 56).flatMap((t) => round(lanes, LAYOUT.DIGEST_KW, t)),
    ...range(57, 60).flatMap((t) => round(lanes, LAYOUT.DIGEST_KW, t, true)),
    ...halves.map((i) => store(LAYOUT.LAST, i, `${player(3, 60)}${i}`)),
  ]);
}

/** The text of `./unrolled`. */
export function unroll(): string {
  const all = [
    scheduleBlocks,
    hashBlocks,
    scheduleHeaders,
    hashHeaders,
    scheduleDigests,
    lastWords,
  ];
  return [
    'import { add } from "./lanes";',
    'import { sigma0, sigma1, t1, t2 } from "./sha256";',
    `export const LANES: usize = memory.data(${LAYOUT.SIZE}, 64);`,
    ...Object.entries(LAYOUT).map(([name, at]) => `export const ${name}: usize = ${at};`),
    ...all.flatMap((write) => [write(4), write(8)]),
  ].join("\n");
}

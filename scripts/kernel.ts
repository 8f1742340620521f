/**
 * Builds lib/kernel/kernel.wasm from lib/kernel/assembly/, or with `--check` says whether the file
 * in the repository is what the sources make.
 *
 * @module
 */

import { main as compile } from "npm:assemblyscript@0.28.20/asc";
import { equalBytes } from "../lib/bitcoin/bytes.ts";
import { unroll } from "./kernel_unroll.ts";

const PRODUCT = "lib/kernel/kernel.wasm";

const FLAGS = [
  // The compiler's own optimizer replaces addresses by what it knows they are, which hides from V8
  // what belongs together (see kernel_unroll.ts). These passes only take away what inlining leaves
  // behind. V8 does the rest: the code was measured to be as fast either way.
  "-O0",
  "--runPasses",
  [
    "precompute",
    "remove-unused-brs",
    "remove-unused-names",
    "merge-blocks",
    "remove-unused-names",
    "vacuum",
    "simplify-locals",
    "coalesce-locals",
    "reorder-locals",
    "vacuum",
    "remove-unused-module-elements",
    "memory-packing",
  ].join(","),
  "--noAssert",
  "--runtime",
  "stub",
  "--enable",
  "simd",
  "--enable",
  "bulk-memory",
  // Nothing in the kernel can abort, so that it imports nothing.
  "--use",
  "abort=",
  // Vectors go between functions of the module only, not out of it.
  "--disableWarning",
  "112",
  // 1 MiB for the module, 32 for jobs, and a page that may be read beyond them. It never grows, so
  // views into it stay good; pages that nobody touches cost nothing.
  "--initialMemory",
  "529",
  "--maximumMemory",
  "529",
];

/** Compiles the kernel. @throws {Error} With what the compiler had to say. */
async function build(): Promise<Uint8Array> {
  let product: Uint8Array | undefined;
  const messages: string[] = [];
  const { error } = await compile(
    ["lib/kernel/assembly/kernel.ts", "--outFile", PRODUCT, ...FLAGS],
    {
      readFile,
      writeFile(_name, contents) {
        if (typeof contents !== "string") product = contents;
      },
      listFiles: () => [],
      stderr: {
        write(text) {
          messages.push(String(text));
        },
      },
    },
  );
  if (error !== null || messages.length > 0 || product === undefined) {
    throw new Error(`Cannot build the kernel: ${error?.message ?? ""}\n${messages.join("")}`);
  }
  return product;
}

/** What the compiler asks for; it looks in several places, so not finding is an answer. */
async function readFile(name: string): Promise<string | null> {
  if (name === "lib/kernel/assembly/unrolled.ts") return unroll();
  try {
    return await Deno.readTextFile(name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

const product = await build();
if (Deno.args.includes("--check")) {
  const committed = await Deno.readFile(PRODUCT);
  if (!equalBytes(product, committed)) {
    say(`${PRODUCT} is not what its sources make: run \`deno task kernel\``);
    Deno.exit(1);
  }
  say(`${PRODUCT} is what its sources make: ${product.length} bytes`);
} else {
  await Deno.writeFile(PRODUCT, product);
  say(`Wrote ${PRODUCT}: ${product.length} bytes`);
}

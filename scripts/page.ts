/**
 * Builds pages/inspect/page.js from main.tsx, or with `--check` says whether the file in the repository
 * is what the sources make.
 *
 * @module
 */

const SOURCE = "pages/inspect/main.tsx";
const PRODUCT = "pages/inspect/page.js";

/** Bundles the page. @throws {Error} With what the bundler had to say. */
async function build(): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--platform", "browser", "--minify", SOURCE],
    cwd: new URL("..", import.meta.url),
  }).output();
  const decoder = new TextDecoder();
  if (code !== 0) throw new Error(`Cannot build the page:\n${decoder.decode(stderr)}`);
  return decoder.decode(stdout);
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

const product = await build();
if (Deno.args.includes("--check")) {
  if (product !== await Deno.readTextFile(PRODUCT)) {
    say(`${PRODUCT} is not what its sources make: run \`deno task page\``);
    Deno.exit(1);
  }
  say(`${PRODUCT} is what its sources make: ${product.length} bytes`);
} else {
  await Deno.writeTextFile(PRODUCT, product);
  say(`Wrote ${PRODUCT}: ${product.length} bytes`);
}

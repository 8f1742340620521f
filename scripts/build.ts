/**
 * Makes the single binary: `deno task build [--list] [--target TRIPLE]`. What goes into it is what
 * main.ts reaches, and the workers, which are started by their address and so are not imported.
 *
 * @module
 */

import { EXIT, OperatorError } from "../lib/errors.ts";

/** Started by address, so the compiler does not see them. */
const WORKERS = ["drivers/cpu_worker.ts", "commands/template_worker.ts"];
/** What the program may do. Nothing of it runs other programs or loads native code. */
const PERMISSIONS = ["--allow-net", "--allow-read", "--allow-write", "--allow-env"];

interface Module {
  readonly specifier: string;
  readonly size?: number;
  /** Key of the package it is in. */
  readonly npmPackage?: string;
}

interface Package {
  readonly name: string;
  readonly version: string;
  readonly dependencies: readonly string[];
}

/** The part of `deno info --json` that we read. */
interface Graph {
  readonly modules: readonly Module[];
  /** All that the lock file has; the binary gets what is reached. */
  readonly npmPackages?: Readonly<Record<string, Package>>;
}

const root = new URL("..", import.meta.url);

async function main(args: readonly string[]): Promise<void> {
  const { modules, packages } = await contents();
  for (const line of listing(modules, packages)) say(line);
  refuseStrays(modules, packages);
  if (args.includes("--list")) return;
  const target = args.includes("--target") ? args[args.indexOf("--target") + 1] : undefined;
  const output = `dist/headframe${target === undefined ? "" : `-${target}`}`;
  await Deno.mkdir(new URL("dist/", root), { recursive: true });
  const { code, stderr } = await deno([
    "compile",
    "--exclude-unused-npm",
    ...PERMISSIONS,
    ...WORKERS.flatMap((path) => ["--include", path]),
    ...target === undefined ? [] : ["--target", target],
    "--output",
    output,
    "main.ts",
  ]);
  if (code !== 0) throw new OperatorError("failure", whyNot(stderr));
  const { size } = await Deno.stat(new URL(output, root))
    .catch(() => Deno.stat(new URL(`${output}.exe`, root)));
  say(`${output}: ${megabytes(size)}`);
}

/** Every module and package that the binary would hold. */
async function contents(): Promise<{ modules: Module[]; packages: string[] }> {
  const modules = new Map<string, Module>();
  const packages = new Set<string>();
  for (const entry of ["main.ts", ...WORKERS]) {
    const { code, stdout, stderr } = await deno(["info", "--json", entry]);
    if (code !== 0) throw new OperatorError("failure", `Cannot read ${entry}: ${stderr}`);
    const graph = JSON.parse(stdout) as Graph;
    for (const module of graph.modules) modules.set(module.specifier, module);
    for (const { npmPackage } of graph.modules) reach(npmPackage, graph, packages);
  }
  return { modules: [...modules.values()], packages: [...packages].sort() };
}

/** Adds a package and what it needs. */
function reach(key: string | undefined, graph: Graph, packages: Set<string>): void {
  const found = key === undefined ? undefined : graph.npmPackages?.[key];
  if (found === undefined || packages.has(`${found.name}@${found.version}`)) return;
  packages.add(`${found.name}@${found.version}`);
  for (const needed of found.dependencies) reach(needed, graph, packages);
}

function listing(modules: readonly Module[], packages: readonly string[]): string[] {
  const folders = new Map<string, { files: number; bytes: number }>();
  for (const { specifier, size = 0 } of ours(modules)) {
    const path = specifier.slice(root.href.length);
    const folder = path.split("/").slice(0, -1).slice(0, 2).join("/") || ".";
    const { files, bytes } = folders.get(folder) ?? { files: 0, bytes: 0 };
    folders.set(folder, { files: files + 1, bytes: bytes + size });
  }
  return [
    ...[...folders].sort().map(([folder, { files, bytes }]) =>
      `${folder.padEnd(20)} ${String(files).padStart(4)} files ${
        (bytes / 1024).toFixed(0).padStart(6)
      } KiB`
    ),
    `packages: ${packages.join(", ")}`,
    `permissions: ${PERMISSIONS.join(" ")}`,
  ];
}

/** Tests, scripts and what only they use have no place in what people run. */
function refuseStrays(modules: readonly Module[], packages: readonly string[]): void {
  const strays = ours(modules).map(({ specifier }) => specifier.slice(root.href.length))
    .filter((path) => /^(?:tests|scripts)\/|_test\.ts$/.test(path));
  const all = [...strays, ...packages.filter((name) => name.startsWith("fast-check@"))];
  if (all.length > 0) throw new OperatorError("failure", `These would go in: ${all.join(", ")}`);
  for (const [made, task] of [["kernel.wasm", "kernel"], ["page.js", "page"]]) {
    if (ours(modules).some(({ specifier }) => specifier.endsWith(`/${made}`))) continue;
    throw new OperatorError("failure", `${made} would not go in: run deno task ${task}`);
  }
}

function ours(modules: readonly Module[]): Module[] {
  return modules.filter(({ specifier }) => specifier.startsWith(root.href));
}

/** The compiler's complaint, shortened to what someone can do about it. */
function whyNot(stderr: string): string {
  // deno-lint-ignore no-control-regex -- its colours
  const plain = stderr.replace(/\x1b\[[\d;]*m/g, "");
  if (/denort|dl\.deno\.land|canary|download/i.test(plain)) {
    return "Cannot build: Deno's base binary (denort) is not here and could not be fetched from " +
      "dl.deno.land; fetch denort for this version elsewhere and set DENORT_BIN to its path";
  }
  const lines = plain.split("\n").filter((line) => /error/i.test(line));
  return `Cannot build: ${(lines[0] ?? plain).trim()}`;
}

async function deno(
  args: readonly string[],
): Promise<{ code: number; stdout: string; stderr: string }> {
  const command = new Deno.Command(Deno.execPath(), { args: [...args], cwd: root });
  const { code, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

try {
  await main(Deno.args);
} catch (error) {
  if (!(error instanceof OperatorError)) throw error;
  Deno.stderr.writeSync(new TextEncoder().encode(`build: ${error.message}\n`));
  Deno.exit(EXIT.failure);
}

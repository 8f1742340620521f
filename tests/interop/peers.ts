/**
 * Builds the programs that `deno task interop` runs ours against, from their registries, once, into
 * `$HEADFRAME_PEERS` (by default `~/.cache/headframe-peers`), keyed by version.
 *
 * @module
 */

import { OperatorError } from "../../lib/errors.ts";

interface Crate {
  readonly crate: string;
  readonly version: string;
  readonly binary: string;
}

/** SRI's programs, from Cargo's registry. */
const CRATES: readonly Crate[] = [
  { crate: "pool_sv2", version: "0.7.0", binary: "pool_sv2" },
  { crate: "translator_sv2", version: "0.6.0", binary: "translator_sv2" },
  { crate: "integration_tests_sv2", version: "0.6.0", binary: "mining_device" },
];

/** What their build scripts and one of our tests want from Debian. */
const DEBIAN: readonly { readonly package: string; readonly file: string }[] = [
  { package: "capnproto", file: "/usr/bin/capnp" },
  { package: "libcapnp-dev", file: "/usr/include/capnp/c++.capnp" },
  { package: "libfaketime", file: "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1" },
];

/** Where the programs are, after making sure that they are. Minutes the first time. */
export async function ensurePeers(
  say: (line: string) => void,
): Promise<{ readonly bin: string; readonly root: string }> {
  const root = peersRoot();
  await Deno.mkdir(root, { recursive: true });
  await ensureDebian(say);
  for (const crate of CRATES) await ensureCrate(root, crate, say);
  // A gigabyte and a half of intermediate files that nothing needs any more.
  await Deno.remove(`${root}/.target`, { recursive: true }).catch(() => {});
  return { bin: `${root}/bin`, root };
}

export function peersRoot(): string {
  return Deno.env.get("HEADFRAME_PEERS") ??
    `${Deno.env.get("HOME") ?? "."}/.cache/headframe-peers`;
}

async function ensureCrate(
  root: string,
  { crate, version, binary }: Crate,
  say: (line: string) => void,
): Promise<void> {
  const stamp = `${root}/.${binary}-${version}`;
  if (await exists(stamp) && await exists(`${root}/bin/${binary}`)) return;
  say(`building ${crate} ${version} with cargo, once; this takes minutes`);
  const args = ["install", crate, "--version", version, "--locked", "--force"];
  await run("cargo", [...args, "--root", root, "--bin", binary], {
    CARGO_TARGET_DIR: `${root}/.target`,
  });
  await Deno.writeTextFile(stamp, "");
}

async function ensureDebian(say: (line: string) => void): Promise<void> {
  const missing: string[] = [];
  for (const { package: name, file } of DEBIAN) if (!await exists(file)) missing.push(name);
  if (missing.length === 0) return;
  if (Deno.uid() !== 0) {
    throw new OperatorError("failure", `Install these first: apt-get install ${missing.join(" ")}`);
  }
  say(`installing ${missing.join(" ")}`);
  const install = ["install", "-y", "--no-install-recommends", ...missing];
  await run("apt-get", install).catch(async () => {
    await run("apt-get", ["update"]);
    await run("apt-get", install);
  });
}

async function run(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { code, stderr } = await new Deno.Command(command, {
    args: [...args],
    env,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output().catch((cause) => {
    throw new OperatorError("failure", `Cannot run ${command}: is it installed?`, { cause });
  });
  if (code === 0) return;
  const last = new TextDecoder().decode(stderr).trimEnd().split("\n").slice(-20).join("\n");
  throw new OperatorError("failure", `${command} ${args.join(" ")} failed (${code}):\n${last}`);
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

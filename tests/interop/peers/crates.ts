import { once, run, type Say } from "./install.ts";

interface Crate {
  readonly crate: string;
  readonly version: string;
  readonly binary: string;
}

/** SRI's programs, from Cargo's registry. */
const CRATES: readonly Crate[] = [
  { crate: "pool_sv2", version: "0.7.0", binary: "pool_sv2" },
  { crate: "translator_sv2", version: "0.6.0", binary: "translator_sv2" },
  { crate: "jd_client_sv2", version: "0.6.0", binary: "jd_client_sv2" },
  { crate: "integration_tests_sv2", version: "0.6.0", binary: "mining_device" },
];

/** Builds SRI's programs into `root`/bin. A quarter of an hour on two cores, once. */
export async function ensureCrates(root: string, say: Say): Promise<void> {
  const target = `${root}/.target`;
  for (const { crate, version, binary } of CRATES) {
    await once(`${root}/.${binary}-${version}`, [`${root}/bin/${binary}`], async () => {
      say(`building ${crate} ${version} with cargo, once; this takes minutes`);
      const args = ["install", crate, "--version", version, "--locked", "--force"];
      await run("cargo", [...args, "--root", root, "--bin", binary], { CARGO_TARGET_DIR: target });
    });
  }
  // A gigabyte and a half of intermediate files that nothing needs any more.
  await Deno.remove(target, { recursive: true }).catch(() => {});
}

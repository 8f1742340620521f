import { OperatorError } from "../../../lib/errors.ts";
import { ensureDebian, once, run, type Say } from "./install.ts";

/** The crate that carries Bitcoin Core's source, which no registry has by itself. */
const CRATE = "libbitcoinkernel-sys";
const VERSION = "0.4.1";
/** Of the .crate archive. */
const SHA256 = "345d18a1ce19a1becfcaaa066e3a60e9c7813ef5c23ea8c20704ca4ba1a46339";
/** What the programs built from it call themselves. */
const CORE = "31.99.0";
/** To be raised when the flags below change. */
const RECIPE = 1;

const PROGRAMS = ["bitcoin-node", "bitcoin-cli"];

const TO_BUILD = [
  { package: "cmake", file: "/usr/bin/cmake" },
  { package: "ninja-build", file: "/usr/bin/ninja" },
  { package: "g++", file: "/usr/bin/g++" },
  { package: "pkgconf", file: "/usr/bin/pkg-config" },
  { package: "libboost-dev", file: "/usr/include/boost/version.hpp" },
  { package: "capnproto", file: "/usr/bin/capnp" },
  { package: "libcapnp-dev", file: "/usr/include/capnp/c++.capnp" },
];

/** The crate leaves the map of address space out, and what is not asked for need not be built. */
const FLAGS = {
  CMAKE_BUILD_TYPE: "Release",
  // Half the time to compile; the node is no slower than our tests need.
  CMAKE_CXX_FLAGS_RELEASE: "-O1",
  CMAKE_C_FLAGS_RELEASE: "-O1",
  ENABLE_IPC: "ON",
  ENABLE_WALLET: "OFF",
  WITH_ZMQ: "OFF",
  WITH_EMBEDDED_ASMAP: "OFF",
  ENABLE_EXTERNAL_SIGNER: "OFF",
  BUILD_GUI: "OFF",
  BUILD_TESTS: "OFF",
  BUILD_BENCH: "OFF",
  BUILD_TX: "OFF",
  BUILD_UTIL: "OFF",
  BUILD_WALLET_TOOL: "OFF",
  BUILD_BITCOIN_BIN: "OFF",
};

/**
 * Builds Bitcoin Core with its IPC into `root`/bin, from the source that a crate carries. Ten minutes on
 * two cores, once.
 */
export async function ensureBitcoinCore(root: string, say: Say): Promise<void> {
  const binaries = PROGRAMS.map((program) => `${root}/bin/${program}`);
  await once(`${root}/.bitcoin-core-${CORE}-${RECIPE}`, binaries, async () => {
    await ensureDebian(TO_BUILD, say);
    say(`building Bitcoin Core ${CORE} with cmake, once; this takes ten minutes or more`);
    const work = await Deno.makeTempDir({ prefix: "headframe-bitcoin-core-" });
    try {
      const archive = await fetchCrate(work);
      await run("tar", ["-xzf", archive, "-C", work]);
      await build(`${work}/${CRATE}-${VERSION}/bitcoin`, `${work}/build`);
      await Deno.mkdir(`${root}/bin`, { recursive: true });
      for (const program of PROGRAMS) {
        await run("strip", ["-o", `${root}/bin/${program}`, `${work}/build/bin/${program}`]);
      }
    } finally {
      await Deno.remove(work, { recursive: true });
    }
  });
}

/** Has cargo fetch the archive for a crate that is never built. @returns Where it is, once checked. */
async function fetchCrate(work: string): Promise<string> {
  await Deno.mkdir(`${work}/fetch/src`, { recursive: true });
  await Deno.writeTextFile(`${work}/fetch/src/lib.rs`, "");
  await Deno.writeTextFile(
    `${work}/fetch/Cargo.toml`,
    `[package]\nname = "fetch"\nversion = "0.0.0"\nedition = "2021"\n` +
      `[dependencies]\n${CRATE} = "=${VERSION}"\n`,
  );
  await run("cargo", ["fetch", "--quiet", "--manifest-path", `${work}/fetch/Cargo.toml`]);
  const home = Deno.env.get("CARGO_HOME") ?? `${Deno.env.get("HOME") ?? "."}/.cargo`;
  for await (const { name } of Deno.readDir(`${home}/registry/cache`)) {
    const path = `${home}/registry/cache/${name}/${CRATE}-${VERSION}.crate`;
    const bytes = await Deno.readFile(path).catch(() => undefined);
    if (bytes === undefined) continue;
    const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
    if (sum === SHA256) return path;
    throw new OperatorError("failure", `${CRATE} ${VERSION} has the sum ${sum}, not ${SHA256}`);
  }
  throw new OperatorError("failure", `cargo fetched no ${CRATE} ${VERSION}`);
}

async function build(source: string, into: string): Promise<void> {
  const flags = Object.entries(FLAGS).map(([name, value]) => `-D${name}=${value}`);
  await run("cmake", ["-S", source, "-B", into, "-G", "Ninja", ...flags]);
  await run("ninja", ["-C", into, "--quiet", ...PROGRAMS]);
}

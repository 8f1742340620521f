import { OperatorError } from "../../../lib/errors.ts";

/** Tells a person what is being built, and that it takes a while. */
export type Say = (line: string) => void;

/** A file that stands for a Debian package being there, and the package's name. */
export interface DebianPackage {
  readonly package: string;
  readonly file: string;
}

/** Runs a program to its end. @throws {OperatorError} With the last lines it printed, if it fails. */
export async function run(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { code, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    env,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output().catch((cause) => {
    throw new OperatorError("failure", `Cannot run ${command}: is it installed?`, { cause });
  });
  if (code === 0) return;
  const last = [stdout, stderr].flatMap((bytes) =>
    new TextDecoder().decode(bytes).trimEnd().split("\n").slice(-20)
  ).join("\n");
  throw new OperatorError("failure", `${command} ${args.join(" ")} failed (${code}):\n${last}`);
}

/** Installs what is missing, which takes root. */
export async function ensureDebian(packages: readonly DebianPackage[], say: Say): Promise<void> {
  const missing: string[] = [];
  for (const { package: name, file } of packages) if (!await exists(file)) missing.push(name);
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

/** Builds what `stamp` names unless it was built before: the stamp is written when all is done. */
export async function once(
  stamp: string,
  binaries: readonly string[],
  build: () => Promise<void>,
): Promise<void> {
  const there = await Promise.all([stamp, ...binaries].map(exists));
  if (there.every(Boolean)) return;
  await build();
  await Deno.writeTextFile(stamp, "");
}

export async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

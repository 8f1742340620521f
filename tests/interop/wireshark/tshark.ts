import { framesInPdml, type ShownFrame } from "./pdml.ts";

const MAIN = new URL("../../../main.ts", import.meta.url).pathname;
const TSHARK = "/usr/bin/tshark";
/** Lua of Wireshark up to 4.2, and from then on. */
const COMPILERS = ["/usr/bin/luac5.2", "/usr/bin/luac5.4"];

/** Debian's tshark with the dissector that we print. */
export class Tshark implements AsyncDisposable {
  readonly directory: string;
  readonly #dissector: string;

  private constructor(directory: string, dissector: string) {
    this.directory = directory;
    this.#dissector = dissector;
  }

  /** @throws {Error} If the dissector is not Lua. */
  static async open(): Promise<Tshark> {
    const directory = await Deno.makeTempDir({ prefix: "headframe-tshark-" });
    const lua = await inspect(["wireshark"]);
    const dissector = `${directory}/sv2.lua`;
    await Deno.writeTextFile(dissector, lua);
    for (const compiler of COMPILERS) await output(compiler, ["-p", dissector]);
    return new Tshark(directory, dissector);
  }

  /** A capture that tshark may read. @returns Its path. */
  async file(name: string, capture: Uint8Array): Promise<string> {
    const path = `${this.directory}/${name}`;
    await Deno.writeFile(path, capture);
    return path;
  }

  /**
   * Every frame in a capture, in order.
   *
   * @throws {Error} If tshark fails, or the dissector does.
   */
  async frames(path: string, more: readonly string[] = []): Promise<ShownFrame[]> {
    return framesInPdml(await this.print(path, ["-T", "pdml", ...more]));
  }

  /** The numbers of the packets that a filter lets through. */
  async packets(path: string, filter: string): Promise<number[]> {
    const text = await this.print(path, ["-Y", filter, "-T", "fields", "-e", "frame.number"]);
    return text.split("\n").filter((line) => line !== "").map(Number);
  }

  /** What to start tshark with, for it to read a capture with the dissector. */
  argumentsFor(path: string): string[] {
    return ["-X", `lua_script:${this.#dissector}`, "-r", path];
  }

  /** What tshark prints. @throws {Error} If it fails, or the dissector does. */
  async print(path: string, args: readonly string[]): Promise<string> {
    const text = await output(TSHARK, [...this.argumentsFor(path), ...args]);
    const [fault] = /^.*(?:Lua Error|Dissector bug).*$/m.exec(text) ?? [];
    if (fault !== undefined) throw new Error(`the dissector failed: ${fault.trim()}`);
    return text;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.directory, { recursive: true });
  }
}

/** What `headframe inspect` prints. @throws {Error} If it fails. */
export async function inspect(args: readonly string[]): Promise<string> {
  return await output(Deno.execPath(), ["run", "-A", MAIN, "inspect", ...args]);
}

/** Standard output. @throws {Error} With what it says instead, if it fails. */
async function output(command: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const said = new TextDecoder().decode(stderr);
  // Of a script that cannot be loaded tshark says so, and goes on without it.
  if (code !== 0 || /\blua\b.*(?:error|:\d+:)/i.test(said)) {
    throw new Error(`${command} ended with ${code}:\n${said.slice(-4_000)}`);
  }
  return new TextDecoder().decode(stdout);
}

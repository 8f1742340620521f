import { OperatorError } from "../../../lib/errors.ts";
import { peersRoot } from "../peers.ts";

const HERE = new URL(".", import.meta.url).pathname;

/** What the reference says to a frame. */
export type Answer =
  | { readonly is: "ok"; readonly frame: string; readonly printed: string }
  | { readonly is: "refused" | "panicked"; readonly why: string };

/** Builds the Rust program in this folder, a matter of seconds once its crates are there. */
export async function buildPeer(): Promise<string> {
  const target = `${peersRoot()}/parsers-target`;
  const { code, stderr } = await new Deno.Command("cargo", {
    args: ["build", "--release", "--locked", "--quiet", "--manifest-path", `${HERE}Cargo.toml`],
    env: { CARGO_TARGET_DIR: target },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output().catch((cause) => {
    throw new OperatorError("failure", "Cannot run cargo: is Rust installed?", { cause });
  });
  if (code !== 0) {
    throw new OperatorError(
      "failure",
      `cargo failed (${code}): ${new TextDecoder().decode(stderr)}`,
    );
  }
  return `${target}/release/headframe-parsers`;
}

/** The running Rust program. Dispose it, whatever happens. */
export class Peer implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #lines: ReadableStreamDefaultReader<string>;

  constructor(program: string) {
    this.#child = new Deno.Command(program, { stdin: "piped", stdout: "piped" }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#lines = this.#child.stdout
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(linesOf())
      .getReader();
  }

  /** What the reference says to each of `frames`, which are hex. */
  async ask(frames: readonly string[]): Promise<Answer[]> {
    const writing = this.#writer.write(new TextEncoder().encode(frames.join("\n") + "\n\n"));
    const answers: Answer[] = [];
    while (answers.length < frames.length) {
      const { value } = await this.#lines.read();
      if (value === undefined) {
        throw new Error(`Cannot go on: the peer ended after ${answers.length}`);
      }
      answers.push(parse(value));
    }
    await writing;
    return answers;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close().catch(() => {});
    await this.#child.status;
    await this.#lines.cancel();
  }
}

function parse(line: string): Answer {
  const [is = "", rest = ""] = splitOnce(line);
  if (is === "ok") {
    const [frame = "", printed = ""] = splitOnce(rest);
    return { is, frame, printed };
  }
  if (is === "refused" || is === "panicked") return { is, why: rest };
  throw new Error(`Cannot read the peer's answer: ${line}`);
}

function splitOnce(text: string): [string, string] {
  const at = text.indexOf(" ");
  return at === -1 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

function linesOf(): TransformStream<string, string> {
  let part = "";
  return new TransformStream({
    transform(text, controller) {
      const lines = (part + text).split("\n");
      part = lines.pop() ?? "";
      for (const line of lines) controller.enqueue(line);
    },
  });
}

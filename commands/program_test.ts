import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { OperatorError } from "../lib/errors.ts";
import type { Host } from "../lib/ports.ts";
import type { Log } from "../lib/telemetry/log.ts";
import { runProgram } from "./program.ts";

function listening() {
  const printed: string[] = [];
  const told: string[] = [];
  const terminal = {
    isWatched: false,
    feed() {},
    fed: () => Promise.resolve(),
    print: (text: string) => void printed.push(text),
    tell: (line: string) => void told.push(line),
    status: () => {},
  };
  return { terminal, printed, told };
}

Deno.test("runProgram() tells a fault of ours with its stack, and exits with 1", async () => {
  const { terminal, told } = listening();
  const hostFor = (): Host => {
    throw new TypeError("bo\x1b[31mom");
  };
  strictEqual(await runProgram(["ping", "127.0.0.1:1"], { terminal, hostFor }), 1);
  match(told[0] ?? "", /a fault in headframe/);
  match(told[1] ?? "", /^TypeError: bo\\x1b\[31mom$/);
  ok(told.length > 2);
});

Deno.test("runProgram() exits with the code of who has to act", async () => {
  for (
    const [kind, code] of [["failure", 1], ["usage", 2], ["config", 3], ["peer", 4], [
      "test",
      5,
    ]] as const
  ) {
    const { terminal, told } = listening();
    const hostFor = (): Host => {
      throw new OperatorError(kind, "one\ntwo");
    };
    strictEqual(await runProgram(["ping", "127.0.0.1:1"], { terminal, hostFor }), code);
    deepStrictEqual(told, ["headframe: one", "headframe: two"]);
  }
});

Deno.test("runProgram() appends the log to a file, which only we can read", async () => {
  const directory = await Deno.makeTempDir({ prefix: "headframe-log-" });
  try {
    const file = `${directory}/mine.log`;
    const { terminal, told } = listening();
    const hostFor = (log: Log): Host => {
      log.info("some.event", { peer: "a\nb" });
      throw new OperatorError("failure", "stop");
    };
    const args = ["mine", "127.0.0.1:1", "--log-format", "json", "--log-file", file];
    for (let runs = 1; runs <= 2; runs++) {
      strictEqual(await runProgram(args, { terminal, hostFor }), 1);
      const lines = (await Deno.readTextFile(file)).trim().split("\n");
      strictEqual(lines.length, runs);
      strictEqual(JSON.parse(lines.at(-1) ?? "").peer, "a\nb");
    }
    strictEqual(told.filter((line) => line.includes("some.event")).length, 2);
    strictEqual((await Deno.stat(file)).mode, 0o100600);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("runProgram() prints help for every command, with an example", async () => {
  const { terminal, printed } = listening();
  const hostFor = (): Host => {
    throw new TypeError("not needed");
  };
  const commands = ["up", "tp", "pool", "mine", "ping", "keys generate", "keys show", "keys check"];
  for (const command of [...commands, "config print pool", "config check up"]) {
    strictEqual(await runProgram([...command.split(" "), "--help"], { terminal, hostFor }), 0);
    match(printed.splice(0).join("\n"), new RegExp(`Example:\n  headframe ${command}`));
  }
});

import { deepStrictEqual, ok, strictEqual } from "node:assert";
import fc from "fast-check";
import type { LogFields } from "./log.ts";
import { createLog, LOG_LEVELS, type LogWriterOptions } from "./writer.ts";

const AT = Date.UTC(2026, 10, 22, 16, 20, 1, 123);

function recorded(options: Partial<LogWriterOptions> = {}) {
  const lines: string[] = [];
  let time = AT;
  const log = createLog({
    level: "debug",
    format: "text",
    write: (line) => lines.push(line),
    time: () => time,
    ...options,
  });
  return { log, lines, pass: (ms: number) => time += ms };
}

Deno.test("createLog() writes time, level, event, fields and hint as one line", () => {
  const { log, lines } = recorded();
  log.warn("connection.refused", {
    peer: "192.0.2.7:50100",
    vendor: 'bit "axe"',
    version: 2,
    hint: "it speaks another protocol",
  });
  deepStrictEqual(lines, [
    "2026-11-22T16:20:01.123Z WARN  connection.refused peer=192.0.2.7:50100 " +
    'vendor="bit \\"axe\\"" version=2 — it speaks another protocol',
  ]);
});

Deno.test("createLog() writes JSON lines that carry the same values", () => {
  const { log, lines } = recorded({ format: "json" });
  log.info("block.found", { height: 3, reward: 5_000_000_000n, ratio: NaN, level: "x" });
  deepStrictEqual(JSON.parse(lines[0] ?? ""), {
    time: "2026-11-22T16:20:01.123Z",
    level: "info",
    event: "block.found",
    height: 3,
    reward: "5000000000",
    ratio: "NaN",
    level_: "x",
  });
});

Deno.test("createLog() leaves out levels below its own", () => {
  for (const [i, level] of LOG_LEVELS.entries()) {
    const { log, lines } = recorded({ level });
    for (const other of LOG_LEVELS) log[other]("some.event");
    strictEqual(lines.length, LOG_LEVELS.length - i);
  }
});

Deno.test("createLog() gives lines of a log made by with() all its fields", () => {
  const { log, lines } = recorded();
  log.with({ role: "pool" }).with({ peer: 7 }).info("share.accepted", { channel: 1 });
  ok(lines[0]?.endsWith("share.accepted role=pool peer=7 channel=1"));
});

Deno.test("createLog() holds back a flood of one event and tells how much", () => {
  const { log, lines, pass } = recorded({ limits: { burst: 3, perSecond: 1 } });
  for (let i = 0; i < 1000; i++) log.warn("frame.bad", { i });
  log.info("block.found");
  pass(11_000);
  log.info("block.found");
  log.finish();
  const counts = lines.flatMap((line) =>
    / log\.suppressed of=frame\.bad count=(\d+)/.exec(line)?.[1] ?? []
  );
  strictEqual(counts.map(Number).reduce((a, b) => a + b, 0), 997);
  strictEqual(lines.filter((line) => line.includes("frame.bad i=")).length, 3);
  strictEqual(lines.filter((line) => line.includes("block.found")).length, 2);
});

Deno.test("ERR-3 createLog() makes one printable bounded line of any peer's text", () => {
  const fields = fc.dictionary(
    fc.string({ maxLength: 20 }),
    fc.oneof(
      fc.string({ unit: "binary", maxLength: 2000 }),
      fc.integer(),
      fc.bigInt(),
      fc.boolean(),
    ),
    { maxKeys: 5 },
  );
  fc.assert(fc.property(fields, fc.constantFrom("text", "json"), (given, format) => {
    const { log, lines } = recorded({ format });
    log.info("peer.said", given as LogFields);
    strictEqual(lines.length, 1);
    const [line = ""] = lines;
    ok(line.length < 60_000);
    ok(!/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(line) && line.isWellFormed(), JSON.stringify(line));
    if (format === "json") strictEqual(JSON.parse(line).event, "peer.said");
  }));
});

import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { formatPing, pingFailure, pingJson, type PingReport } from "./report.ts";

const report: PingReport = {
  target: "pool.example:3333",
  ok: false,
  ms: 12.34,
  steps: [
    { step: "connect", ok: true, ms: 1.234, detail: "127.0.0.1:3333", data: {} },
    {
      step: "setup",
      ok: false,
      ms: 1_200,
      detail: "the server refused SetupConnection: \u001b[2Jno\n",
      data: { flags: 4 },
    },
  ],
};

Deno.test("formatPing() is a line each step, and the server's text cannot act", () => {
  strictEqual(
    formatPing(report),
    [
      "pool.example:3333",
      "  connect     ok         1.2 ms  127.0.0.1:3333",
      "  setup       FAILED  1200.0 ms  the server refused SetupConnection: \\x1b[2Jno\\n",
      "failed at setup",
    ].join("\n"),
  );
  ok(formatPing({ ...report, ok: true }).endsWith("\nall well, 12.3 ms"));
});

Deno.test("pingFailure() names step and cause, or nothing", () => {
  strictEqual(
    pingFailure(report),
    "pool.example:3333: setup failed: the server refused SetupConnection: \\x1b[2Jno\\n",
  );
  strictEqual(pingFailure({ ...report, steps: report.steps.slice(0, 1) }), undefined);
});

Deno.test("pingJson() is one line that reads back as the report", () => {
  const json = pingJson(report);
  ok(/^[\x20-\x7e]+$/.test(json));
  deepStrictEqual(JSON.parse(json), report);
});

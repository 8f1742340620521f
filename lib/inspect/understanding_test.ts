import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import type { Fields, Message } from "../codec/message.ts";
import { OperatorError } from "../errors.ts";
import { encodeFrame } from "../frame/encode.ts";
import { MESSAGES } from "../messages/registry.ts";
import { valuesOf } from "../../tests/support/arbitrary.ts";
import { MiningTape, TARGET } from "../../tests/support/protocol_tapes.ts";
import { connectionOf, Tape } from "../../tests/support/tape.ts";
import { brokenText, findingText } from "./lint/linter.ts";
import { derivedText } from "./derive/derive.ts";
import { reportText } from "./statistics/render.ts";
import type { MemoryLimits } from "./understand/limits.ts";
import { Understanding } from "./understanding.ts";

/** Small enough that everything is forgotten some time. */
const TIGHT: MemoryLimits = {
  connections: 3,
  channels: 5,
  jobs: 6,
  jobBytes: 3_000,
  waitingShares: 5,
  recentShares: 4,
  requests: 4,
  requestBytes: 2_000,
  templates: 3,
  templateBytes: 1_000,
  tokens: 3,
  tokenBytes: 500,
  lines: 4,
};

/** Fields whose values are small numbers here, so that messages refer to one another. */
const IDS =
  /^(?:channelId|groupChannelId|jobId|requestId|sequenceNumber|lastSequenceNumber|templateId|newSubmitsAcceptedCount|nonce|ntime)$/;
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Co}\p{Cn}]/u;

type Step = (tape: Tape) => void;

function messages(message: Message<Fields>): fc.Arbitrary<Step> {
  const value = valuesOf(message, { bytes: 120, elements: 4 });
  const small = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 12, maxLength: 12 });
  return fc.tuple(value, small, fc.boolean(), fc.boolean()).map(
    ([value, numbers, referring, reversed]) => (tape: Tape) => {
      const entries = Object.entries(value).map(([key, part], i) => {
        const number = numbers[i % numbers.length] ?? 0;
        if (!referring || !IDS.test(key)) return [key, part];
        return [key, typeof part === "bigint" ? BigInt(number) : number];
      });
      const up = (message.from === "client") !== reversed;
      tape.frame(up ? "up" : "down", encodeFrame(message, Object.fromEntries(entries)));
    },
  );
}

const HEX = fc.uint8Array({ maxLength: 33 }).map((bytes) => bytes.toHex());
const json = fc.oneof(
  fc.record({ id: fc.integer(), method: fc.string(), params: fc.array(fc.anything()) }),
  fc.record({
    method: fc.constant("mining.submit"),
    params: fc.tuple(
      fc.string(),
      fc.string(),
      HEX,
      fc.constant("00000003"),
      fc.constant("00000002"),
    ),
  }),
  fc.record({
    method: fc.constant("mining.notify"),
    params: fc.tuple(fc.string(), HEX, HEX, HEX, fc.array(HEX), fc.constant("20000000")),
  }),
  fc.record({ result: fc.tuple(fc.array(fc.anything()), HEX, fc.integer()) }),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: fc.oneof(...MESSAGES.map(messages)) },
  {
    weight: 2,
    arbitrary: fc.uint8Array({ minLength: 0, maxLength: 80 }).chain((payload) =>
      fc.tuple(fc.nat(0xffff), fc.nat(255), fc.boolean()).map(
        ([extension, type, up]) => (tape: Tape) => {
          const head = [extension & 0xff, extension >> 8, type, payload.length, 0, 0];
          tape.frame(up ? "up" : "down", Uint8Array.of(...head, ...payload));
        },
      )
    ),
  },
  { weight: 2, arbitrary: json.map((line) => (tape: Tape) => void tape.line("up", line)) },
  { weight: 1, arbitrary: json.map((line) => (tape: Tape) => void tape.line("down", line)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "connection-opened",
      "connection-closed",
      "handshake-done",
      "gap",
      "x",
    )
      .map((code) => (tape: Tape) => void tape.note(code)),
  },
  {
    weight: 1,
    arbitrary: fc.double({ min: -5, max: 100, noNaN: true }).map((s) => (tape: Tape) =>
      void tape.wait(s)
    ),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(fc.integer({ min: 1, max: 5 }), fc.boolean()).map(
      ([id, isWhole]) => (tape: Tape) =>
        void tape.on(connectionOf(id, { isWhole, port: 3333 + id % 2 })),
    ),
  },
);
const follow = fc.constantFrom("channel=2", "channel=1:3", "job=1", "share=2", "token=0", "user=a");

Deno.test("nothing throws, whatever the entries are, and all text is safe to print", () => {
  const steps = fc.array(step, { maxLength: 60, size: "max" });
  fc.assert(
    fc.property(steps, follow, fc.boolean(), (steps, follow, tight) => {
      const tape = new Tape();
      for (const step of steps) step(tape);
      const limits = tight ? { limits: TIGHT } : {};
      const understanding = new Understanding({
        derive: true,
        lint: true,
        statistics: true,
        follow,
        ...limits,
      });
      for (const entry of tape.entries) {
        const { derived, findings, shown } = understanding.see(entry);
        const lines = [derivedText(derived), ...findings.map(findingText)].join("").split("\n");
        for (const line of lines) ok(!UNSAFE.test(line), JSON.stringify(line));
        for (const { name, value } of derived) {
          ok(/^[a-z0-9_]+$/.test(name), name);
          ok(["string", "number", "boolean"].includes(typeof value), name);
        }
        ok(shown.every(({ number }) => number <= entry.number));
      }
      const report = understanding.report();
      ok(report);
      deepStrictEqual(JSON.parse(JSON.stringify(report)).entries, tape.entries.length);
      for (const line of (reportText(report) + brokenText(understanding.broken)).split("\n")) {
        ok(!UNSAFE.test(line), JSON.stringify(line));
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("what there is no room for is forgotten and counted, and no finding comes of it", () => {
  const understanding = new Understanding({ lint: true, limits: TIGHT });
  const tape = new MiningTape().setup();
  for (let id = 2; id < 40; id++) {
    tape.open({ requestId: id }, { channelId: id, extranoncePrefix: Uint8Array.of(id, 0, 0, 0) });
  }
  for (let id = 2; id < 40; id++) {
    tape.job({ channelId: id, jobId: id }).begin({ channelId: id, jobId: id })
      .share({ channelId: id, jobId: id, nonce: id })
      .accept({ channelId: id });
  }
  const findings = tape.entries.flatMap((entry) => [...understanding.see(entry).findings]);
  deepStrictEqual(findings.map(({ id, text }) => `${id}: ${text}`), []);
  ok((understanding.forgotten["channels"] ?? 0) > 30);
});

Deno.test("see() shows every entry where nothing is followed, and says only what is wanted", () => {
  const tape = MiningTape.mining().share().accept();
  const understanding = new Understanding();
  for (const entry of tape.entries) {
    const { derived, findings, shown } = understanding.see(entry);
    deepStrictEqual([derived, findings, shown], [[], [], [entry]]);
  }
  strictEqual(understanding.report(), undefined);
});

Deno.test("isBroken tells whether a MUST was broken, not a SHOULD", () => {
  const understanding = new Understanding({ lint: true });
  for (const entry of MiningTape.mining().share().reject("of-my-own").entries) {
    understanding.see(entry);
  }
  deepStrictEqual(understanding.broken.map(({ id, count }) => [id, count]), [["ERR-5", 1]]);
  strictEqual(understanding.isBroken, false);
  const worse = new Understanding({ lint: true });
  for (const entry of MiningTape.mining().share({ version: 1 }).target(TARGET).entries) {
    worse.see(entry);
  }
  strictEqual(worse.isBroken, true);
});

Deno.test("an expression to follow that makes no sense is the operator's to correct", () => {
  throws(() => new Understanding({ follow: "channel=seven" }), OperatorError);
});

Deno.test("a message that could not be read makes what is known doubtful, not wrong", () => {
  const tape = MiningTape.mining();
  // Might have been the job of the share.
  tape.frame("down", Uint8Array.of(0, 0x80, 0x1f, 1, 0, 0, 9));
  tape.share({ jobId: 2 });
  const understanding = new Understanding({ lint: true });
  const ids = tape.entries.flatMap((entry) =>
    understanding.see(entry).findings.map(({ id }) => id)
  );
  deepStrictEqual(ids, ["FRAME-23"]);
});

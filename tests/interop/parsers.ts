/**
 * Holds our codec against the reference's own, `parsers_sv2`, by way of the small Rust program in
 * `parsers/`. Of each message, thousands of generated values:
 *
 * - what we encode, it decodes to the same fields with the same values;
 * - what it encodes from that is what we sent, byte for byte, and we decode it to the same value;
 * - of frames that were damaged, both take the same ones and refuse the same ones.
 *
 * Where the two differ on purpose stands in {@link differs}. Run by itself, it prints a line per
 * message and ends with 5 if anything else differs:
 *
 *     deno run -A tests/interop/parsers.ts [values per message] [seed]
 *
 * @module
 */

import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import type { Fields, Message } from "../../lib/codec/message.ts";
import { EXIT } from "../../lib/errors.ts";
import { encodeFrame } from "../../lib/frame/encode.ts";
import { encodeHeader, FRAME_HEADER_SIZE } from "../../lib/frame/header.ts";
import { explain } from "../../lib/inspect/explain.ts";
import { userIdentityTlv } from "../../lib/messages/extensions.ts";
import { MESSAGES } from "../../lib/messages/registry.ts";
import { limitsOf, valuesOf } from "../support/arbitrary.ts";
import { type Answer, buildPeer, Peer } from "./parsers/peer.ts";
import { normalized, printedAs } from "./parsers/printed.ts";

export interface Checked {
  readonly passed: number;
  readonly failed: number;
}

export interface CheckOptions {
  /** Generated values of each message; a tenth as many damaged frames. */
  readonly perMessage?: number;
  readonly seed?: number;
}

type Value = Record<string, unknown>;

const BATCH = 500;
const EXTENT = { bytes: 120, elements: 8 };
const SHOWN = 3;

/** Runs the check. @param log Gets a line per message, and one per difference for the first few. */
export async function checkParsers(
  log: (line: string) => void,
  { perMessage = 10_000, seed = 20261122 }: CheckOptions = {},
): Promise<Checked> {
  await using peer = new Peer(await buildPeer());
  log(`parsers_sv2 0.6.0, ${perMessage} values of each message, seed ${seed}`);
  let passed = 0;
  let failed = 0;
  for (const message of MESSAGES) {
    const whole = await checkWhole(peer, message, perMessage, seed);
    const damaged = await checkDamaged(peer, message, Math.ceil(perMessage / 10), seed);
    const wrong = [...whole.wrong, ...damaged.wrong];
    for (const line of wrong.slice(0, SHOWN)) log(`  ${line.slice(0, 2000)}`);
    log(
      `${wrong.length === 0 ? "ok  " : "FAIL"} ${message.protocol} ${message.name}: ` +
        `${whole.tried} values, ${damaged.tried} damaged frames (${damaged.taken} taken), ` +
        `${wrong.length} different`,
    );
    passed += whole.tried + damaged.tried - wrong.length;
    failed += wrong.length;
  }
  log(`${passed} agree, ${failed} differ`);
  return { passed, failed };
}

async function checkWhole(
  peer: Peer,
  message: Message<Fields>,
  count: number,
  seed: number,
): Promise<{ tried: number; wrong: string[] }> {
  const wrong: string[] = [];
  let tried = 0;
  for (const values of batches(message, count, seed)) {
    const frames = values.map((value) => frameOf(message, value));
    const answers = await peer.ask(frames);
    answers.forEach((answer, i) => {
      const problem = compare(message, values[i] ?? {}, frames[i] ?? "", answer);
      if (problem !== undefined) wrong.push(`${problem}: ${frames[i]}`);
    });
    tried += values.length;
  }
  return { tried, wrong };
}

/** The smallest value and the largest, then as many as wanted. */
function* batches(message: Message<Fields>, count: number, seed: number): Generator<Value[]> {
  const { least, most } = limitsOf(message);
  yield [least, most].map((value) => accept(message, value));
  for (let done = 0; done < count; done += BATCH) {
    const numRuns = Math.min(BATCH, count - done);
    const values = fc.sample(valuesOf(message, EXTENT), { numRuns, seed: seed + done });
    yield values.map((value) => accept(message, value));
  }
}

/**
 * The value as the reference takes it. It has an enum for the protocol of SetupConnection and refuses
 * to decode any number above 2; we decode it, to answer `unsupported-protocol` as SV2 §3.6.1 asks.
 */
function accept(message: Message<Fields>, value: Value): Value {
  if (message.name !== "SetupConnection") return value;
  return { ...value, protocol: Number(value.protocol) % 3 };
}

/** Every second share carries a worker's name, as extension 0x0002 has it. */
function frameOf(message: Message<Fields>, value: Value): string {
  const named = message.name === "SubmitSharesExtended" && Number(value.nonce) % 2 === 0;
  const tlvs = named ? [userIdentityTlv(`w${Number(value.ntime)}`)] : [];
  return encodeFrame(message, value, tlvs).toHex();
}

function compare(
  message: Message<Fields>,
  value: Value,
  sent: string,
  answer: Answer,
): string | undefined {
  if (answer.is !== "ok") return `${answer.is} (${answer.why})`;
  if (answer.frame !== sent) return `encoded as ${answer.frame}`;
  const wanted = printedAs(message, value);
  if (normalized(answer.printed) !== wanted) return `read as ${answer.printed}, not ${wanted}`;
  const decoded = message.decode(Uint8Array.fromHex(answer.frame).subarray(FRAME_HEADER_SIZE));
  return isDeepStrictEqual(decoded.value, value) ? undefined : "decoded by us as another value";
}

async function checkDamaged(
  peer: Peer,
  message: Message<Fields>,
  count: number,
  seed: number,
): Promise<{ tried: number; taken: number; wrong: string[] }> {
  const wrong: string[] = [];
  let taken = 0;
  for (let done = 0; done < count; done += BATCH) {
    const numRuns = Math.min(BATCH, count - done);
    const payloads = fc.sample(damaged(message), { numRuns, seed: seed + done });
    const answers = await peer.ask(payloads.map((payload) => framed(message, payload)));
    answers.forEach((answer, i) => {
      const payload = payloads[i] ?? new Uint8Array();
      const ours = reencoded(message, payload);
      if (ours !== undefined) taken++;
      if (!alike(message, ours, answer)) {
        const said = answer.is === "ok" ? answer.frame : `${answer.is} (${answer.why})`;
        wrong.push(`${payload.toHex()}: we ${ours ?? "refuse"}, the reference ${said}`);
      }
    });
  }
  return { tried: count, taken, wrong };
}

/** Garbage; and payloads cut, or with a byte changed. */
function damaged(message: Message<Fields>): fc.Arbitrary<Uint8Array> {
  const whole = valuesOf(message, { bytes: 40, elements: 4 }).map((value) => message.encode(value));
  const place = fc.nat();
  return fc.oneof(
    fc.uint8Array({ maxLength: 300, size: "max" }),
    fc.tuple(whole, place).map(([payload, at]) => payload.subarray(0, at % payload.length)),
    fc.tuple(whole, place, fc.nat(255)).map(([payload, at, byte]) => {
      payload[at % payload.length] = byte;
      return payload;
    }),
  );
}

function framed(message: Message<Fields>, payload: Uint8Array): string {
  const frame = new Uint8Array(FRAME_HEADER_SIZE + payload.length);
  frame.set(payload, FRAME_HEADER_SIZE);
  encodeHeader({
    extensionType: message.extension,
    channelMsg: message.channel,
    msgType: message.id,
    msgLength: payload.length,
  }, frame);
  return frame.toHex();
}

/** What we send on for `payload`, or `undefined` if we refuse it. */
function reencoded(message: Message<Fields>, payload: Uint8Array): string | undefined {
  if (explain(message, payload).error !== undefined) return undefined;
  return encodeFrame(message, message.decode(payload).value).toHex();
}

function alike(message: Message<Fields>, ours: string | undefined, answer: Answer): boolean {
  if (answer.is !== "ok") return ours === undefined || differs(message, ours);
  if (ours === undefined) return false;
  // Through our codec once more: a NaN has many encodings, of which we send one.
  return reencoded(message, Uint8Array.fromHex(answer.frame).subarray(FRAME_HEADER_SIZE)) === ours;
}

/** What we take and the reference refuses, on purpose: the protocols it has no name for. */
function differs(message: Message<Fields>, ours: string): boolean {
  return message.name === "SetupConnection" &&
    (Uint8Array.fromHex(ours)[FRAME_HEADER_SIZE] ?? 0) > 2;
}

if (import.meta.main) {
  const [perMessage, seed] = Deno.args.map(Number);
  const say = (line: string): void => {
    Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
  };
  const { failed } = await checkParsers(say, {
    ...(perMessage === undefined ? {} : { perMessage }),
    ...(seed === undefined ? {} : { seed }),
  });
  Deno.exit(failed === 0 ? EXIT.ok : EXIT.test);
}

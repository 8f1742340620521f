import { deepStrictEqual, strictEqual } from "node:assert";
import fc from "fast-check";
import type { Fields, Message } from "../lib/codec/message.ts";
import { MAX_PAYLOAD_SIZE } from "../lib/codec/writer.ts";
import { encodeFrame } from "../lib/frame/encode.ts";
import { decodeHeader, FRAME_HEADER_SIZE } from "../lib/frame/header.ts";
import { explain } from "../lib/inspect/explain.ts";
import { messageOf, MESSAGES } from "../lib/messages/registry.ts";
import { limitsOf, valuesOf } from "./support/arbitrary.ts";
import { valueFromVector } from "./support/vector_values.ts";
import hostile from "./vectors/hostile_messages.json" with { type: "json" };
import known from "./vectors/messages.json" with { type: "json" };

const FEW = { numRuns: 25 };
const SMALL = { bytes: 40, elements: 3 };

function messageNamed(protocol: string, name: string): Message<Fields> {
  const found = MESSAGES.find((m) => m.protocol === protocol && m.name === name);
  if (found === undefined) throw new Error(`Cannot test ${name}: no such message`);
  return found;
}

for (const vector of known.vectors) {
  const { protocol, name, source, fields } = vector;
  Deno.test(`TYPE-1, FRAME-1 ${protocol} ${name} is byte for byte: ${source}`, () => {
    const message = messageNamed(protocol, name);
    const value = valueFromVector(message, fields);
    const frame = encodeFrame(message, value);
    if (vector.frame !== undefined) strictEqual(frame.toHex(), vector.frame);
    const payload = frame.subarray(FRAME_HEADER_SIZE).toHex();
    const trailing = vector.trailing ?? "";
    if (vector.payload !== undefined) strictEqual(payload + trailing, vector.payload);
    strictEqual(message.encode(value).toHex(), payload);
    const decoded = message.decode(Uint8Array.fromHex(payload + trailing));
    deepStrictEqual(decoded.value, value);
    strictEqual(decoded.rest.toHex(), trailing);
    const { extensionType, channelMsg, msgType } = decodeHeader(frame);
    strictEqual(messageOf(extensionType, msgType), message);
    strictEqual(channelMsg, message.channel);
  });
}

Deno.test("TYPE-1 the vectors leave no message out", () => {
  const tried = new Set(known.vectors.map(({ protocol, name }) => messageNamed(protocol, name)));
  deepStrictEqual(MESSAGES.filter((message) => !tried.has(message)), []);
});

for (const { protocol, message: name, why, frame, expect } of hostile.vectors) {
  Deno.test(`FRAME-23 ${name} with ${why}: ${expect}`, () => {
    const payload = Uint8Array.fromHex(frame).subarray(FRAME_HEADER_SIZE);
    const { error } = explain(messageNamed(protocol, name), payload);
    strictEqual(error !== undefined, expect.startsWith("decode error"));
  });
}

for (const message of MESSAGES) {
  const title = `${message.protocol} ${message.name}`;

  Deno.test(`TYPE-1 ${title} survives the wire`, () => {
    fc.assert(fc.property(valuesOf(message), (value) => {
      const payload = message.encode(value);
      const decoded = message.decode(payload);
      deepStrictEqual(decoded.value, value);
      deepStrictEqual(decoded.rest, new Uint8Array());
      strictEqual(payload.length >= message.minSize && payload.length <= message.maxSize, true);
    }));
  });

  Deno.test(`TYPE-8, TYPE-10 ${title} survives at its limits, which are minSize and maxSize`, () => {
    const { least, most } = limitsOf(message);
    deepStrictEqual(message.decode(message.encode(least)).value, least);
    deepStrictEqual(message.decode(message.encode(most)).value, most);
    strictEqual(message.encode(least).length, message.minSize);
    // Two messages have lists of transactions that only the frame limits.
    if (message.maxSize === MAX_PAYLOAD_SIZE) return;
    strictEqual(message.encode(most).length, message.maxSize);
  });

  Deno.test(`TYPE-14 ${title} cut anywhere is truncated, nothing worse`, () => {
    fc.assert(
      fc.property(valuesOf(message, SMALL), (value) => {
        const whole = message.encode(value);
        for (let end = 0; end < whole.length; end++) {
          strictEqual(explain(message, whole.subarray(0, end)).error?.code, "truncated");
        }
      }),
      FEW,
    );
  });

  Deno.test(`TYPE-12, FRAME-23 ${title} from garbage is a value or a DecodeError`, () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 600, size: "max" }), (garbage) => {
      // Rethrows anything but a DecodeError.
      const { error } = explain(message, garbage);
      if (error !== undefined) return;
      const { value } = message.decode(garbage);
      deepStrictEqual(message.decode(message.encode(value)).value, value);
    }));
  });

  Deno.test(`TYPE-13 ${title} decodes the same whatever follows its last field`, () => {
    fc.assert(
      fc.property(
        valuesOf(message, SMALL),
        fc.uint8Array({ minLength: 1, maxLength: 64 }),
        (value, more) => {
          const decoded = message.decode(Uint8Array.of(...message.encode(value), ...more));
          deepStrictEqual(decoded.value, value);
          deepStrictEqual(decoded.rest, more);
        },
      ),
      FEW,
    );
  });

  Deno.test(`${title} holds nothing of the payload once it is decoded`, () => {
    fc.assert(
      fc.property(valuesOf(message, SMALL), (value) => {
        const payload = message.encode(value);
        const decoded = message.decode(payload);
        payload.fill(0xee);
        deepStrictEqual(decoded.value, value);
      }),
      FEW,
    );
  });
}

Deno.test("TYPE-12 a length above what is there fails before memory is reserved for it", () => {
  for (const message of MESSAGES) {
    // Every field but the last is as short as can be, so that each length is read in its turn.
    for (let cut = message.minSize; cut > 0; cut--) {
      const payload = new Uint8Array(message.minSize).fill(0xff, cut - 1);
      const most = reservedBy(() => explain(message, payload));
      strictEqual(most <= 8192, true, `${message.name} reserves ${most}`);
    }
  }
});

/** The largest array that `run` makes by a length rather than from data. */
function reservedBy(run: () => void): number {
  const { Uint8Array: bytes, Array: array, ArrayBuffer: buffer } = globalThis;
  let most = 0;
  const watch = {
    construct(target: typeof bytes, args: unknown[], newTarget: typeof bytes): object {
      if (typeof args[0] === "number") most = Math.max(most, args[0]);
      return Reflect.construct(target, args, newTarget);
    },
  } as ProxyHandler<never>;
  Object.assign(globalThis, {
    Uint8Array: new Proxy(bytes as never, watch),
    Array: new Proxy(array as never, watch),
    ArrayBuffer: new Proxy(buffer as never, watch),
  });
  try {
    run();
  } finally {
    Object.assign(globalThis, { Uint8Array: bytes, Array: array, ArrayBuffer: buffer });
  }
  return most;
}

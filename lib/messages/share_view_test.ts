import { deepStrictEqual, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import { valuesOf } from "../../tests/support/arbitrary.ts";
import type { Fields, Message } from "../codec/message.ts";
import { explain } from "../inspect/explain.ts";
import { SubmitSharesExtended, SubmitSharesStandard, SubmitSharesSuccess } from "./mining.ts";
import { ShareView, SUBMIT_SHARES_SUCCESS_SIZE, writeSubmitSharesSuccess } from "./share_view.ts";

const view = new ShareView();

function numbersOf(share: SubmitSharesStandard): SubmitSharesStandard {
  const { channelId, sequenceNumber, jobId, nonce, ntime, version } = share;
  return { channelId, sequenceNumber, jobId, nonce, ntime, version };
}

Deno.test("ShareView reads what SubmitSharesStandard decodes, whatever follows", () => {
  fc.assert(fc.property(
    valuesOf(SubmitSharesStandard as Message<Fields>),
    fc.uint8Array({ maxLength: 20 }),
    (value, more) => {
      const share = value as SubmitSharesStandard;
      view.readStandard(Uint8Array.of(...SubmitSharesStandard.encode(share), ...more));
      deepStrictEqual(numbersOf(view), share);
      strictEqual(view.end, 24);
    },
  ));
});

Deno.test("ShareView reads what SubmitSharesExtended decodes, whatever follows", () => {
  fc.assert(fc.property(
    valuesOf(SubmitSharesExtended as Message<Fields>),
    fc.uint8Array({ maxLength: 20 }),
    (value, more) => {
      const share = value as SubmitSharesExtended;
      const payload = Uint8Array.of(...SubmitSharesExtended.encode(share), ...more);
      view.readExtended(payload);
      const extranonce = payload.subarray(view.extranonceStart, view.extranonceEnd);
      deepStrictEqual({ ...numbersOf(view), extranonce }, share);
      strictEqual(view.end, payload.length - more.length);
    },
  ));
});

Deno.test("TYPE-7, TYPE-14 ShareView fails on the payloads that decode() fails on, and no other", () => {
  const standard = SubmitSharesStandard as Message<Fields>;
  const extended = SubmitSharesExtended as Message<Fields>;
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70, size: "max" }), (garbage) => {
      fails(() => view.readStandard(garbage), explain(standard, garbage).error);
      fails(() => view.readExtended(garbage), explain(extended, garbage).error);
    }),
    { numRuns: 500 },
  );
});

Deno.test("writeSubmitSharesSuccess() writes what SubmitSharesSuccess encodes, and only there", () => {
  const u32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
  fc.assert(fc.property(u32, u32, u32, fc.maxSafeNat(), (channel, sequence, count, sum) => {
    const into = new Uint8Array(40).fill(0xee);
    const answer = {
      channelId: channel,
      lastSequenceNumber: sequence,
      newSubmitsAcceptedCount: count,
      newSharesSum: sum,
    };
    writeSubmitSharesSuccess(into, 7, answer);
    const payload = SubmitSharesSuccess.encode({ ...answer, newSharesSum: BigInt(sum) });
    strictEqual(payload.length, SUBMIT_SHARES_SUCCESS_SIZE);
    deepStrictEqual(
      into,
      Uint8Array.of(
        ...new Array<number>(7).fill(0xee),
        ...payload,
        ...new Array<number>(13).fill(0xee),
      ),
    );
  }));
});

function fails(run: () => void, error: Error | undefined): void {
  if (error === undefined) run();
  else throws(run, { message: error.message });
}

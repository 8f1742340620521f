import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { MAX_PAYLOAD_SIZE } from "../../codec/writer.ts";
import { CHUNK_SIZE, sealedPayloadSize } from "../../noise/transport.ts";
import { messagesOfSize, mostNonces, payloadOfSealed, SEALED_HEADER_SIZE } from "./arithmetic.ts";

const sizes = fc.oneof(
  fc.nat(MAX_PAYLOAD_SIZE),
  fc.nat(256).map((chunks) => Math.min(MAX_PAYLOAD_SIZE, chunks * CHUNK_SIZE)),
  fc.nat(256).map((chunks) => Math.min(MAX_PAYLOAD_SIZE, chunks * CHUNK_SIZE + 1)),
);

Deno.test("payloadOfSealed() finds the payload that has this size when it is sealed", () => {
  fc.assert(fc.property(sizes, (payload) => {
    strictEqual(payloadOfSealed(SEALED_HEADER_SIZE + sealedPayloadSize(payload)), payload);
  }));
});

Deno.test("payloadOfSealed() finds none for sizes that no frame has", () => {
  const impossible = [
    ...Array.from({ length: 22 }, (_, i) => i),
    ...Array.from({ length: 16 }, (_, i) => 23 + i),
    SEALED_HEADER_SIZE + sealedPayloadSize(CHUNK_SIZE) + 16,
    SEALED_HEADER_SIZE + sealedPayloadSize(MAX_PAYLOAD_SIZE) + 1,
  ];
  for (const sealed of impossible) strictEqual(payloadOfSealed(sealed), undefined, `${sealed}`);
  fc.assert(fc.property(fc.nat(300_000), (sealed) => {
    const payload = payloadOfSealed(sealed);
    if (payload !== undefined) strictEqual(SEALED_HEADER_SIZE + sealedPayloadSize(payload), sealed);
  }));
});

Deno.test("messagesOfSize() tells messages that always have this size, from who sends them", () => {
  deepStrictEqual(messagesOfSize(24, "client"), ["SubmitSharesStandard"]);
  deepStrictEqual(messagesOfSize(24, "server"), []);
  deepStrictEqual(messagesOfSize(36, "server"), ["SetTarget"]);
});

Deno.test("mostNonces() is enough for any frames in so many bytes, wherever they are cut", () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(90), { minLength: 1, maxLength: 30 }),
      fc.nat(),
      fc.nat(),
      (payloads, a, b) => {
        // Each block's first byte, as the place where its nonce is used up.
        const blocks: number[] = [];
        let at = 0;
        for (const payload of payloads) {
          blocks.push(at);
          at += SEALED_HEADER_SIZE;
          if (payload > 0) blocks.push(at);
          at += sealedPayloadSize(payload);
        }
        const [from, to] = [a % at, b % at].sort((x, y) => x - y);
        if (from === undefined || to === undefined) return;
        const begun = blocks.filter((place) => from <= place && place < to).length;
        ok(begun <= mostNonces(to - from));
      },
    ),
  );
});

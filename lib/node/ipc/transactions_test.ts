import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { encodeBlock } from "../../bitcoin/block.ts";
import { bytesFromHex } from "../../bitcoin/bytes.ts";
import { Capability } from "../../capnp/capability.ts";
import type { BlockTemplate } from "./block_template.ts";
import { Transactions } from "./transactions.ts";

const THREAD = new Capability(0, () => {});
/** Of 61 bytes: what is kept of it counts 161. */
const TX = bytesFromHex(
  "02000000" + "01" + "00".repeat(36) + "00" + "ffffffff" + "01" + "00".repeat(8) + "01" + "51" +
    "00000000",
);

Deno.test("Transactions asks once, for however many want them at a time", async () => {
  const kept = new Transactions(1_000);
  const template = new FakeTemplate();
  const both = await Promise.all([
    kept.of(template.remote, THREAD),
    kept.of(template.remote, THREAD),
  ]);
  deepStrictEqual(both, [[TX], [TX]]);
  await kept.of(template.remote, THREAD);
  strictEqual(template.asked, 1);
});

Deno.test("Transactions keeps what was used last, up to its bytes", async () => {
  const kept = new Transactions(2 * 161 + 100);
  const templates = [new FakeTemplate(), new FakeTemplate(), new FakeTemplate()];
  const [first, second, third] = templates.map(({ remote }) => () => kept.of(remote, THREAD));
  await first?.();
  await second?.();
  await first?.();
  await third?.();
  strictEqual(kept.bytes, 2 * 161);
  await first?.();
  await third?.();
  deepStrictEqual(templates.map(({ asked }) => asked), [1, 1, 1]);
  await second?.();
  strictEqual(templates[1]?.asked, 2);
  strictEqual(kept.bytes, 2 * 161);
});

Deno.test("Transactions keeps none that are larger than all the room, and forgets", async () => {
  const small = new Transactions(100);
  const template = new FakeTemplate();
  deepStrictEqual(await small.of(template.remote, THREAD), [TX]);
  strictEqual(small.bytes, 0);
  const large = new Transactions(1_000);
  await large.of(template.remote, THREAD);
  large.forget(template.remote);
  large.forget(template.remote);
  strictEqual(large.bytes, 0);
});

Deno.test("Transactions of a template that was released meanwhile are not kept", async () => {
  const kept = new Transactions(1_000);
  const template = new FakeTemplate();
  const asked = kept.of(template.remote, THREAD);
  template.released = true;
  deepStrictEqual(await asked, [TX]);
  strictEqual(kept.bytes, 0);
});

Deno.test("Transactions asks again after a failure", async () => {
  const kept = new Transactions(1_000);
  const template = new FakeTemplate();
  template.broken = true;
  await rejects(kept.of(template.remote, THREAD), /broken/);
  template.broken = false;
  deepStrictEqual(await kept.of(template.remote, THREAD), [TX]);
});

class FakeTemplate {
  asked = 0;
  broken = false;
  released = false;
  readonly remote = this as unknown as BlockTemplate;

  block(): Promise<Uint8Array> {
    this.asked++;
    if (this.broken) return Promise.reject(new Error("broken"));
    return Promise.resolve(encodeBlock(new Uint8Array(80), [TX, TX]));
  }
}

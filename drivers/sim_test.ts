import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { blockHash } from "../lib/bitcoin/header.ts";
import { hashMeetsTarget } from "../lib/pow/target.ts";
import { testDriver } from "./conformance.ts";
import type { FoundNonce, Work } from "./driver.ts";
import { sim } from "./sim.ts";

const target = 2n ** 250n;
const never = new AbortController().signal;

testDriver(sim({ devices: 2, hashRate: 20_000 }), { device: "sim-1", target, renewMs: 50 });

const work: Work = {
  id: 3,
  header: new Uint8Array(80),
  versionMask: 0,
  nonces: [0, 0xffff_ffff],
  rollTime: false,
  target,
};

function run(options: { wrongEvery?: number; diesAfter?: number }): Promise<FoundNonce[]> {
  return new Promise((resolve) => {
    const found: FoundNonce[] = [];
    const driver = sim({ devices: 1, hashRate: 50_000, ...options });
    driver.open("sim-0", never).then((device) =>
      device.start({
        next: () => work,
        found: (nonce) => found.push(nonce),
        warned: () => {},
        ended: () => resolve(found),
      })
    );
  });
}

Deno.test("sim() reports one wrong nonce in so many", async () => {
  const found = await run({ wrongEvery: 4, diesAfter: 8 });
  const good = found.map(({ nonce }) => {
    const header = work.header.slice();
    new DataView(header.buffer).setUint32(76, nonce, true);
    return hashMeetsTarget(blockHash(header), target);
  });
  deepStrictEqual(good.filter((fine) => !fine).length, 2);
  ok(!good[3] && !good[7]);
});

Deno.test("sim() can be unplugged", async () => {
  strictEqual((await run({ diesAfter: 3 })).length, 3);
});

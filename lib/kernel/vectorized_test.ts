import { ok, strictEqual } from "node:assert/strict";

// Where the program is started with the first of these flags, V8 makes other instructions of the kernel. What they
// compute is checked here, in a process of its own in which all code is optimized from the start.
const FLAGS = "--v8-flags=--experimental-wasm-revectorize,--no-liftoff";

const PROGRAM = `
  import { Scanner } from "./scan.ts";
  const header = new Uint8Array(80).map((_, i) => i * 37);
  const target = new Uint8Array(32).fill(255);
  target.set([255, 15, 0], 29);
  const four = new Scanner({ lanes: 4 });
  const eight = new Scanner({ lanes: 8 });
  let found = 0;
  for (let round = 0; round < 60; round++) {
    header[0] = round;
    four.prepare(header, target);
    eight.prepare(header, target);
    const expected = [...four.scan(round * 9999, 9999).nonces];
    const nonces = eight.scan(round * 9999, 9999).nonces;
    if (String(nonces) !== String(expected)) throw new Error("round " + round);
    found += nonces.length;
  }
  console.log(found);

  import { ShareKernel } from "./shares.ts";
  const bytes = (length, from) => new Uint8Array(length).map((_, i) => i * 31 + from);
  const hashes = [4, 8].map((lanes) => {
    const kernel = new ShareKernel({ lanes });
    const slots = [0, 5, 12].map((levels) => kernel.layJob({
      coinbasePrefix: bytes(70 + levels, 1),
      coinbaseSuffix: bytes(100 + 9 * levels, 2),
      merklePath: Array.from({ length: levels }, (_, i) => bytes(32, i)),
      prevHash: bytes(32, 7),
      nBits: 99,
    }));
    kernel.begin();
    for (let nonce = 0; nonce < 60; nonce++) {
      kernel.addExtended(slots[nonce % 3], bytes(4, 1), bytes(8, 2), { version: 1, ntime: 2, nonce });
    }
    kernel.run();
    return Array.from({ length: 60 }, (_, i) => kernel.hash(i).toHex()).join();
  });
  if (hashes[0] !== hashes[1]) throw new Error("shares");
`;

Deno.test("Eight lanes find and hash the same once V8 has made 256-bit instructions of them", async () => {
  const directory = new URL(".", import.meta.url);
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--ext=ts", FLAGS, PROGRAM],
    cwd: directory,
  }).output();
  strictEqual(code, 0, new TextDecoder().decode(stderr));
  const found = Number(new TextDecoder().decode(stdout));
  // One nonce in 4,096 meets the target: of 599,940, about 146.
  ok(found > 90 && found < 220, `found ${found}`);
});

import { strictEqual } from "node:assert";
import * as fc from "fast-check";
import { bytesFromHex } from "./bytes.ts";
import { countSigops, sigopCost } from "./sigops.ts";

const KEY = "03a34b99f22c790c4e36b2b3c2c35a36db06226e41c692fc82b8b56ac1c540c5bd";

for (
  const [name, hex, cost] of [
    ["P2PKH", "76a9149a1c78a507689f6f54b847ad1cef1e614ee23f1e88ac", 4],
    ["P2PK", `21${KEY}ac`, 4],
    ["P2SH", "a9141857af51a5e516552b3086430fd8ce55f7c1a52487", 0],
    ["P2WPKH", "00149a1c78a507689f6f54b847ad1cef1e614ee23f1e", 0],
    ["P2TR", "512077aab6e066f8a7419c5ab714c12c67d25007ed55a43cadcacb4d7a970a093f11", 0],
    ["bare multisig, as 20", `5121${KEY}21${KEY}52ae`, 80],
    ["OP_RETURN with 0xac as data", "6a04acacacac", 0],
    ["a push that runs over the end", "ac4dffffac", 4],
    ["a push length that is cut off", "ac4eff", 4],
    ["data behind OP_PUSHDATA1", "4c02acacac", 4],
  ] as const
) {
  Deno.test(`sigopCost() of ${name} is ${cost}`, () => {
    strictEqual(sigopCost([{ value: 0n, scriptPubKey: bytesFromHex(hex) }]), cost);
  });
}

Deno.test("countSigops() is total, and at most 20 a byte", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (script) => {
    const count = countSigops(script);
    strictEqual(count >= 0 && count <= 20 * script.length, true);
  }));
});

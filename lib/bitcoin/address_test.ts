import { deepStrictEqual, doesNotThrow, strictEqual, throws } from "node:assert";
import * as fc from "fast-check";
import vectors from "../../tests/vectors/bitcoin_addresses.json" with { type: "json" };
import { OperatorError } from "../errors.ts";
import { parseAddress, scriptOfAddress } from "./address.ts";
import { bytesFromHex } from "./bytes.ts";
import { NETWORK_NAMES } from "./network.ts";

for (const [address, script, networks] of vectors.valid as [string, string, string[]][]) {
  Deno.test(`${address} pays on ${networks.join(", ")} and nowhere else`, () => {
    const scriptPubKey = bytesFromHex(script);
    deepStrictEqual(parseAddress(address), { scriptPubKey, networks });
    for (const network of NETWORK_NAMES) {
      if (networks.includes(network)) {
        deepStrictEqual(scriptOfAddress(address, network), scriptPubKey);
      } else {
        const because = new RegExp(`on ${network}: it is an address of ${networks.join(", ")}$`);
        throws(() => scriptOfAddress(address, network), because);
      }
    }
  });
}

for (const address of vectors.invalid) {
  Deno.test(`${address} is no address`, () => {
    strictEqual(parseAddress(address), undefined);
    throws(() => scriptOfAddress(address, "mainnet"), OperatorError);
  });
}

for (const address of vectors.unsafe) {
  Deno.test(`${address} is refused: anyone or nobody could spend it`, () => {
    strictEqual(parseAddress(address), undefined);
  });
}

Deno.test("parseAddress() is total", () => {
  const near = fc.constantFrom("bc1q", "tb1p", "1", "3", "bcrt1").chain((prefix) =>
    fc.string({ maxLength: 100 }).map((text) => prefix + text)
  );
  fc.assert(fc.property(fc.oneof(near, fc.string({ maxLength: 300 })), (text) => {
    doesNotThrow(() => parseAddress(text));
  }));
});

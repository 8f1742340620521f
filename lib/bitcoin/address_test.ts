import { deepStrictEqual, doesNotThrow, strictEqual, throws } from "node:assert";
import * as fc from "fast-check";
import vectors from "../../tests/vectors/bitcoin_addresses.json" with { type: "json" };
import { OperatorError } from "../errors.ts";
import { addressOfScript, parseAddress, scriptOfAddress } from "./address.ts";
import { bytesFromHex } from "./bytes.ts";
import { NETWORK_NAMES } from "./network.ts";

for (const [address, script, networks] of vectors.valid as [string, string, string[]][]) {
  Deno.test(`${address} pays on ${networks.join(", ")} and nowhere else`, () => {
    const scriptPubKey = bytesFromHex(script);
    deepStrictEqual(parseAddress(address), { scriptPubKey, networks });
    for (const network of NETWORK_NAMES) {
      const back = addressOfScript(scriptPubKey, network);
      strictEqual(back === address.toLowerCase() || back === address, networks.includes(network));
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

Deno.test("addressOfScript() knows no address for other scripts, and is total", () => {
  for (const hex of ["", "51", "6a24aa21a9ed", "76a914"]) {
    strictEqual(addressOfScript(bytesFromHex(hex), "mainnet"), undefined);
  }
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (script) => {
    const address = addressOfScript(script, "mainnet");
    if (address !== undefined) deepStrictEqual(parseAddress(address)?.scriptPubKey, script);
  }));
});

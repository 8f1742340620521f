import { ok, strictEqual, throws } from "node:assert";
import * as fc from "fast-check";
import vectors from "../../tests/vectors/bitcoin_descriptors.json" with { type: "json" };
import { OperatorError } from "../errors.ts";
import { hexFromBytes } from "./bytes.ts";
import { outputScript } from "./descriptor.ts";
import { descriptorChecksum } from "./descriptor_checksum.ts";

const KEY = "03a34b99f22c790c4e36b2b3c2c35a36db06226e41c692fc82b8b56ac1c540c5bd";
const OTHER = "02df12b7035bdac8e3bab862a3a83d06ea6b17b6753d52edecba9be46f5d09e076";

for (const [descriptor = "", script] of vectors.valid) {
  Deno.test(`outputScript() of ${short(descriptor)}`, () => {
    strictEqual(hexFromBytes(outputScript(descriptor, "mainnet")), script);
    if (descriptor.includes("#")) return;
    const checked = `${descriptor}#${descriptorChecksum(descriptor)}`;
    strictEqual(hexFromBytes(outputScript(checked, "mainnet")), script);
  });
}

for (const descriptor of [...vectors.invalid, ...vectors.ours]) {
  Deno.test(`outputScript() refuses ${short(descriptor)}`, () => {
    const error = refusal(descriptor);
    strictEqual(error.kind, "config");
    ok(!error.message.includes(descriptor), "the message quotes the descriptor");
  });
}

for (
  const [descriptor, reason] of [
    ["L4rK1yDtCWekvXuE6oXD9jCYfFNV2cWRpVuPLBcCU2z8TrisoyY1", /private key/],
    ["wpkh(L4rK1yDtCWekvXuE6oXD9jCYfFNV2cWRpVuPLBcCU2z8TrisoyY1)", /private key/],
    ["wpkh(xpub6ERApfZwUNrhLCkDtcHTcxd75RbzS1ed54G1LkBUHQVHQKqh/0/*)", /extended key/],
    ["combo(00)", /one of addr raw pkh sh wpkh wsh tr/],
    ["wsh(wpkh(00))", /wpkh\(\) cannot be used inside wsh\(\)/],
    [`wpkh(02${"ff".repeat(32)})`, /not a point on the curve/],
    [`tr(${"ff".repeat(32)})`, /not a point on the curve/],
    ["raw(deadbeef)#89f8spxn", /checksum/],
    [`tr(${KEY},{pk(${KEY})})`, /two scripts/],
    [`tr(${KEY},${"{".repeat(200)})`, /branch/],
    [`tr(${KEY},${"{".repeat(200)}${`,pk(${OTHER})}`.repeat(200)})`, /longer than/],
    ["wsh(", /name/],
    ["raw()", /hexadecimal/],
    [`raw(${"00".repeat(10_001)})`, /longer than/],
  ] as const
) {
  Deno.test(`outputScript() says why it refuses ${short(descriptor)}`, () => {
    ok(reason.test(refusal(descriptor).message), refusal(descriptor).message);
  });
}

Deno.test("outputScript() takes a plain address, of its network only", () => {
  const address = "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx";
  strictEqual(
    hexFromBytes(outputScript(` ${address}\n`, "signet")),
    "0014751e76e8199196d454941c45d1b3a323f1433bd6",
  );
  throws(
    () => outputScript(address, "mainnet"),
    /on mainnet: it is an address of testnet4, signet/,
  );
  throws(() => outputScript(`addr(${address})`, "regtest"), /an address of testnet4, signet/);
});

Deno.test("outputScript() sorts the keys of sortedmulti and no others", () => {
  const sorted = outputScript(`wsh(sortedmulti(2,${KEY},${OTHER}))`, "mainnet");
  const other = outputScript(`wsh(sortedmulti(2,${OTHER},${KEY}))`, "mainnet");
  strictEqual(hexFromBytes(sorted), hexFromBytes(other));
  strictEqual(
    hexFromBytes(sorted),
    hexFromBytes(outputScript(`wsh(multi(2,${OTHER},${KEY}))`, "mainnet")),
  );
  ok(
    hexFromBytes(sorted) !==
      hexFromBytes(outputScript(`wsh(multi(2,${KEY},${OTHER}))`, "mainnet")),
  );
});

Deno.test("outputScript() takes up to 20 keys", () => {
  const multi = (count: number): string => `wsh(multi(1${`,${KEY}`.repeat(count)}))`;
  strictEqual(outputScript(multi(20), "mainnet").length, 34);
  ok(/at most 20/.test(refusal(multi(21)).message));
});

Deno.test("outputScript() of a tree does not depend on the order of a branch's sides", () => {
  const script = (tree: string): string =>
    hexFromBytes(outputScript(`tr(${KEY},${tree})`, "mainnet"));
  const [a, b, c] = [`pk(${KEY})`, `pk(${OTHER})`, `pk(${KEY.replace("03", "02")})`];
  strictEqual(script(`{${a},{${b},${c}}}`), script(`{{${c},${b}},${a}}`));
  ok(script(`{${a},${b}}`) !== script(a ?? ""));
});

Deno.test("outputScript() gives a script or an OperatorError, whatever the text", () => {
  const parts = fc.constantFrom(
    "tr(",
    "wsh(",
    "sh(",
    "multi(1,",
    "pk(",
    "raw(",
    "{",
    "}",
    ",",
    ")",
    KEY,
    KEY.slice(2),
    "#89f8spxm",
    "[deadbeef/0h]",
    "Ü",
    "00",
  );
  const text = fc.array(fc.oneof(parts, fc.string({ maxLength: 5 })), { maxLength: 12 });
  fc.assert(
    fc.property(text, (texts) => {
      try {
        ok(outputScript(texts.join(""), "regtest").length > 0);
      } catch (error) {
        ok(error instanceof OperatorError);
      }
    }),
    { numRuns: 1000 },
  );
});

function refusal(descriptor: string): OperatorError {
  try {
    outputScript(descriptor, "mainnet");
  } catch (error) {
    if (error instanceof OperatorError) return error;
    throw error;
  }
  throw new Error("was accepted");
}

function short(descriptor: string): string {
  return descriptor.length > 60 ? `${descriptor.slice(0, 57)}...` : descriptor;
}

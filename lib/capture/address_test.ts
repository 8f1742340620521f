import { deepStrictEqual, strictEqual } from "node:assert";
import fc from "fast-check";
import { addressBytes, addressText } from "./address.ts";

const spelled: readonly (readonly [string, string])[] = [
  ["7f000001", "127.0.0.1"],
  ["ffffffff", "255.255.255.255"],
  ["00000000000000000000000000000000", "::"],
  ["00000000000000000000000000000001", "::1"],
  ["fe800000000000000000000000000000", "fe80::"],
  ["20010db8000000010000000000000001", "2001:db8:0:1::1"],
  ["20010db8000000000001000000000001", "2001:db8::1:0:0:1"],
  ["20010db8000000010001000100010001", "2001:db8:0:1:1:1:1:1"],
  ["00000000000000000000ffff0a000001", "::ffff:10.0.0.1"],
];

for (const [hex, text] of spelled) {
  Deno.test(`addressText() and addressBytes() know ${text}`, () => {
    strictEqual(addressText(Uint8Array.fromHex(hex)), text);
    strictEqual(addressBytes(text)?.toHex(), hex);
  });
}

Deno.test("addressBytes() reads what addressText() wrote", () => {
  const sparse = fc.array(fc.constantFrom(0, 0, 0, 1, 255), { minLength: 16, maxLength: 16 });
  const any = fc.uint8Array({ minLength: 16, maxLength: 16 });
  const ipv4 = fc.uint8Array({ minLength: 4, maxLength: 4 });
  fc.assert(fc.property(fc.oneof(sparse, any, ipv4), (numbers) => {
    const bytes = Uint8Array.from(numbers);
    deepStrictEqual(addressBytes(addressText(bytes)), bytes);
  }));
});

Deno.test("addressBytes() takes other spellings, and leaves a zone out", () => {
  strictEqual(addressBytes("FE80:0:0:0::1%eth0")?.toHex(), "fe800000000000000000000000000001");
  strictEqual(addressBytes("1:2:3:4:5:6:1.2.3.4")?.toHex(), "00010002000300040005000601020304");
});

Deno.test("addressBytes() refuses what is no address", () => {
  const wrong = [
    ...[
      "",
      "localhost",
      "1.2.3",
      "1.2.3.256",
      "1.2.3.4.5",
      ":",
      ":::",
      "1::2::3",
      "12345::",
      "g::",
    ],
    ...["1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4::5:6:7:8", "1.2.3.4::", "::1.2.3", "[::1]"],
  ];
  for (const text of wrong) strictEqual(addressBytes(text), undefined, text);
});

import { strictEqual } from "node:assert";
import { heightOf, heightPush } from "./height.ts";

for (
  const [height, hex] of [
    [0, "00"],
    [1, "51"],
    [16, "60"],
    [17, "0111"],
    [127, "017f"],
    [128, "028000"],
    [158, "029e00"],
    [255, "02ff00"],
    [256, "020001"],
    [32_768, "03008000"],
    [840_000, "0340d10c"],
    [0x7fff_ffff, "04ffffff7f"],
  ] as const
) {
  Deno.test(`heightPush() of ${height} is ${hex}`, () => {
    strictEqual(heightPush(height).toHex(), hex);
  });
}

Deno.test("heightOf() reads what heightPush() wrote", () => {
  for (const height of [0, 1, 16, 17, 127, 128, 255, 256, 840_000, 2 ** 24, 2 ** 31 - 1]) {
    strictEqual(heightOf(heightPush(height)), height, String(height));
  }
  for (const bytes of ["", "05ffffffffff", "03ff", "61"]) {
    strictEqual(heightOf(Uint8Array.fromHex(bytes)), undefined);
  }
});

import { deepStrictEqual, notStrictEqual, strictEqual } from "node:assert";
import { ipv4Path, ipv6Path, sourceOf, wayBack } from "./path.ts";

const addresses = Uint8Array.from({ length: 34 }, (_, i) => 0xf0 + i);
const ports = 3333 * 2 ** 16 + 65_535;

Deno.test("ipv4Path() keeps both ends", () => {
  const path = ipv4Path(addresses, 2, ports);
  deepStrictEqual(sourceOf(path), { address: "242.243.244.245", port: 3333 });
  deepStrictEqual(sourceOf(wayBack(path)), { address: "246.247.248.249", port: 65_535 });
});

Deno.test("ipv6Path() keeps both ends", () => {
  const path = ipv6Path(addresses, 2, ports);
  const from = { address: "f2f3:f4f5:f6f7:f8f9:fafb:fcfd:feff:1", port: 3333 };
  const to = { address: "203:405:607:809:a0b:c0d:e0f:1011", port: 65_535 };
  deepStrictEqual(sourceOf(path), from);
  deepStrictEqual(sourceOf(wayBack(path)), to);
});

Deno.test("wayBack() is another path, and its way back the first one", () => {
  for (const path of [ipv4Path(addresses, 2, ports), ipv6Path(addresses, 2, ports)]) {
    notStrictEqual(wayBack(path), path);
    strictEqual(wayBack(wayBack(path)), path);
  }
});

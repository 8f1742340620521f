import { deepStrictEqual } from "node:assert/strict";
import { endpointOf } from "./endpoint.ts";

Deno.test("endpointOf() reads IP addresses as a capture has them, and nothing else", () => {
  for (
    const [text, address, port] of [
      ["192.0.2.1:3333", "192.0.2.1", 3333],
      ["[2001:DB8:0:0::1]:1", "2001:db8::1", 1],
      ["[fe80::1%eth0]:65535", "fe80::1", 65_535],
      ["[::ffff:192.0.2.1]:2", "::ffff:192.0.2.1", 2],
      ["localhost:3333", "0.0.0.0", 3333],
      ["192.0.2.1:99999", "192.0.2.1", 0],
      ["", "0.0.0.0", 0],
    ] as const
  ) deepStrictEqual(endpointOf(text), { address, port });
});

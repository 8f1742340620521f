import { strictEqual } from "node:assert/strict";
import { FakeHost } from "../../tests/support/fake_host.ts";
import { keyLogOn } from "./key_log_file.ts";

Deno.test("keyLogOn() writes all of what it is given, however little fits at a time", () => {
  let written = "";
  const file = {
    writeSync(bytes: Uint8Array): number {
      written += new TextDecoder().decode(bytes.subarray(0, 3));
      return Math.min(3, bytes.length);
    },
  };
  keyLogOn(file, { path: "keys", log: new FakeHost().log })("one line\nanother\n");
  strictEqual(written, "one line\nanother\n");
});

Deno.test("keyLogOn() lets no full disk end a connection", () => {
  const host = new FakeHost();
  const file = {
    writeSync(): number {
      throw new Error("No space left on device (os error 28)");
    },
  };
  keyLogOn(file, { path: "keys", log: host.log })("a secret\n");
  const [line] = host.logged("keylog.unwritten");
  strictEqual(line?.["reason"], "No space left on device (os error 28)");
  strictEqual(JSON.stringify(host.lines).includes("secret"), false);
});

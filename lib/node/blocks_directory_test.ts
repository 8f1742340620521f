import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import { FakeHost } from "../../tests/support/fake_host.ts";
import { OperatorError } from "../errors.ts";
import { openBlocksDirectory } from "./blocks_directory.ts";

Deno.test("openBlocksDirectory() leaves nothing behind, and loads", async () => {
  const { files, disk } = new FakeHost();
  let loaded = 0;
  await openBlocksDirectory(files, "blocks", () => Promise.resolve(void loaded++));
  strictEqual(loaded, 1);
  deepStrictEqual([...disk.keys()], []);
});

Deno.test("openBlocksDirectory() tells the operator that the disk is full, in a line", async () => {
  const { files } = new FakeHost();
  const full = {
    ...files,
    writeDurable: () => Promise.reject(new Error("No space left on device (os error 28)")),
  };
  await rejects(
    openBlocksDirectory(full, "blocks", () => Promise.resolve()),
    (error) => {
      ok(error instanceof OperatorError);
      strictEqual(error.kind, "config");
      match(
        error.message,
        /^Cannot keep blocks in blocks: No space left on device[^\n]*blocks_dir$/,
      );
      return true;
    },
  );
});

Deno.test("openBlocksDirectory() tells the operator what cannot be read", async () => {
  const { files } = new FakeHost();
  const load = () => Promise.reject(new Error("Permission denied (os error 13)"));
  await rejects(
    openBlocksDirectory(files, "blocks", load),
    (error) => error instanceof OperatorError && /Permission denied/.test(error.message),
  );
});

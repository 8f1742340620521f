import { deepStrictEqual } from "node:assert/strict";
import { logFileOn } from "./log_file.ts";

Deno.test("logFileOn() outlives a full disk, and tells of it once each time", () => {
  let room = 10;
  let written = "";
  const told: string[] = [];
  const log = logFileOn({
    writeSync(bytes) {
      if (room === 0) throw new Error("No space left on device");
      const taken = bytes.subarray(0, Math.min(room, 4));
      room -= taken.length;
      written += new TextDecoder().decode(taken);
      return taken.length;
    },
    close() {},
  }, { path: "pool.log", tell: (line) => told.push(line) });

  log.write("one");
  log.write("a second");
  log.write("a third");
  room = 100;
  log.write("back");
  room = 0;
  log.write("gone");
  const line =
    "headframe: Cannot write the log to pool.log: No space left on device; lines are missing there";
  deepStrictEqual(told, [line, line]);
  deepStrictEqual(written, "one\na seco" + "back\n");
});

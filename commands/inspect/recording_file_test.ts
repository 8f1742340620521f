import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { openRecording, recordingOn } from "./recording_file.ts";

Deno.test("openRecording() makes a file that only we can read, and writes over none", async () => {
  const directory = await Deno.makeTempDir({ prefix: "headframe-recording-" });
  try {
    const path = `${directory}/seen.pcapng`;
    {
      using file = openRecording(path);
      file.append(Uint8Array.of(1, 2));
      file.append(Uint8Array.of(3));
    }
    deepStrictEqual(await Deno.readFile(path), Uint8Array.of(1, 2, 3));
    strictEqual((await Deno.stat(path)).mode, 0o100600);
    throws(() => openRecording(path), /Cannot write .*seen\.pcapng: there is such a file/);
    throws(() => openRecording(`${directory}/no/such`), { kind: "config" });
    deepStrictEqual(await Deno.readFile(path), Uint8Array.of(1, 2, 3));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("recordingOn() takes back what a full disk took only a part of", () => {
  const content: number[] = [];
  const file = {
    writeSync(bytes: Uint8Array): number {
      if (content.length >= 5) throw new Error("No space left on device (os error 28)");
      const taken = bytes.subarray(0, 2);
      content.push(...taken);
      return taken.length;
    },
    truncateSync: (length: number) => void (content.length = length),
  };
  const recording = recordingOn(file, "seen.pcapng");
  recording.append(Uint8Array.of(1, 2, 3));
  throws(() => recording.append(Uint8Array.of(4, 5, 6, 7)), /No space left/);
  deepStrictEqual(content, [1, 2, 3]);
});

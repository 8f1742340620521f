import { OperatorError, reasonOf } from "../../lib/errors.ts";
import type { Entry } from "../../lib/inspect/entry.ts";
import { PlainCapture } from "../../lib/inspect/plain_capture.ts";
import { plainText } from "../../lib/inspect/show/plain_summary.ts";
import { VERSION } from "../version.ts";
import { openRecording } from "./recording_file.ts";

/** Bytes that are gathered before they are written. */
const FULL = 1 << 18;

/** A capture without encryption that is being written: what is decrypted, for other programs to read. */
export class PlainFile implements Disposable {
  readonly #file: ReturnType<typeof openRecording>;
  readonly #capture = new PlainCapture();
  #parts: Uint8Array[] = [];
  #size = 0;
  #isBegun = false;

  /**
   * @param path Of a file that is not there yet: only its owner will be able to read it.
   * @throws {OperatorError} If it cannot be made.
   */
  constructor(path: string) {
    this.#file = openRecording(path);
    this.#keep(this.#capture.begin(`headframe ${VERSION}`));
  }

  /** What became of how many connections, for a person. */
  get summary(): string {
    return plainText(this.#file.path, this.#capture.counts);
  }

  /** @param entry As for `PlainCapture`. @throws {OperatorError} If it cannot be written. */
  write(entry: Entry): void {
    this.#keep(this.#capture.entry(entry));
    if (this.#size >= FULL) this.flush();
  }

  /** @throws {OperatorError} If it cannot be written. */
  flush(): void {
    const parts = this.#parts;
    this.#parts = [];
    this.#size = 0;
    this.#isBegun = true;
    try {
      for (const part of parts) this.#file.append(part);
    } catch (cause) {
      const { path } = this.#file;
      throw new OperatorError("failure", `Cannot write ${path}: ${reasonOf(cause)}`, { cause });
    }
  }

  /** Where there was nothing to read, no file is left. */
  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
    if (!this.#isBegun) Deno.removeSync(this.#file.path);
  }

  #keep(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#parts.push(bytes);
    this.#size += bytes.length;
  }
}

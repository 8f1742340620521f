import type { StreamEvent } from "../../capture/capture.ts";
import { CaptureWriter } from "../../capture/capture_writer.ts";
import { SV2_KEY_LOG } from "../../capture/secrets.ts";
import { reasonOf } from "../../errors.ts";
import type { Passed, Witness } from "../../inspect/witness.ts";
import type { Log } from "../../telemetry/log.ts";

/** Where a recording goes. */
export interface RecordingFile {
  /** For messages. */
  readonly path: string;
  /** Appends all of `bytes`, or nothing. @throws If it cannot. */
  append(bytes: Uint8Array): void;
}

/** What is recorded, and how much of it. */
export interface RecorderOptions {
  readonly file: RecordingFile;
  /** Most bytes of the file. */
  readonly maxBytes: number;
  /** Written into the file: what made it, with its version. */
  readonly application: string;
  readonly log: Log;
}

/**
 * Writes down what passes as a capture in pcapng: the client's side of it, sealed as it is there, with
 * the keys that open it. Each thing is with the operating system before the next one happens, so that
 * the file can be read whatever becomes of this program; and what cannot be written costs the
 * recording, never the traffic.
 */
export class Recorder implements Witness {
  readonly #options: RecorderOptions;
  readonly #writer = new CaptureWriter();
  #bytes = 0;
  #isStopped = false;

  /** Begins the file. @throws What the file throws, if not even that can be written. */
  constructor(options: RecorderOptions) {
    this.#options = options;
    const begin = this.#writer.begin(options.application);
    options.file.append(begin);
    this.#bytes = begin.length;
  }

  /** Bytes in the file. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether something is not in it that should be. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  event(event: StreamEvent): void {
    if (!this.#isStopped) this.#append(this.#writer.event(event));
  }

  keys(lines: string): void {
    if (this.#isStopped) return;
    this.#append(this.#writer.secrets(SV2_KEY_LOG, new TextEncoder().encode(lines)));
  }

  passed({ connection, time, direction, sealed }: Passed): void {
    this.event({ type: "data", connection, time, direction, bytes: sealed });
  }

  #append(blocks: Uint8Array): void {
    const { file, maxBytes } = this.#options;
    if (this.#bytes + blocks.length > maxBytes) return this.#stop(`it has its ${maxBytes} bytes`);
    try {
      file.append(blocks);
      this.#bytes += blocks.length;
    } catch (error) {
      this.#stop(reasonOf(error));
    }
  }

  #stop(reason: string): void {
    this.#isStopped = true;
    this.#options.log.error("recording.stopped", {
      file: this.#options.file.path,
      bytes: this.#bytes,
      reason,
      hint: "what passes from now on is not recorded; what was recorded before can be read",
    });
  }
}

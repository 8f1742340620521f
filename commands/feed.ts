/** Characters that wait for whoever reads; beyond that, text is left out. */
const MOST_WAITING = 4 << 20;

const encoder = new TextEncoder();

/** What text is written to, without waiting for anybody. */
export interface Fed {
  write(bytes: Uint8Array): Promise<number>;
}

/**
 * Lines to somebody who may be slow, or have stopped reading: whoever shows what passes must not stop
 * it. What there is no room for is left out, and a line says so.
 */
export class Feed {
  readonly #to: Fed;
  readonly #onError: (error: unknown) => void;
  #waiting: string[] = [];
  #length = 0;
  #leftOut = 0;
  #writing: Promise<void> | undefined;
  #isOver = false;

  /** @param onError Called once, when nothing more can be written. */
  constructor(to: Fed, onError: (error: unknown) => void) {
    this.#to = to;
    this.#onError = onError;
  }

  /** @param text Lines, without the last line break. */
  push(text: string): void {
    if (this.#isOver) return;
    if (this.#length > 0 && this.#length + text.length > MOST_WAITING) {
      this.#leftOut += text.split("\n").length;
      return;
    }
    this.#tellLeftOut();
    this.#add(text);
    this.#writing ??= this.#write();
  }

  /** Resolves when everything is written. */
  async end(): Promise<void> {
    this.#tellLeftOut();
    this.#writing ??= this.#write();
    await this.#writing;
  }

  #tellLeftOut(): void {
    if (this.#leftOut === 0) return;
    const lines = this.#leftOut === 1 ? "1 line is" : `${this.#leftOut} lines are`;
    this.#add(`… ${lines} left out here, as they came faster than they were read`);
    this.#leftOut = 0;
  }

  #add(text: string): void {
    this.#waiting.push(text);
    this.#length += text.length;
  }

  async #write(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const bytes = encoder.encode(this.#waiting.map((text) => `${text}\n`).join(""));
        this.#waiting = [];
        for (let at = 0; at < bytes.length;) at += await this.#to.write(bytes.subarray(at));
        this.#length = this.#waiting.reduce((length, text) => length + text.length, 0);
      }
    } catch (error) {
      this.#isOver = true;
      this.#waiting = [];
      this.#onError(error);
    } finally {
      this.#writing = undefined;
    }
  }
}

import { run } from "../peers/install.ts";

/** Bytes of a disk that is soon full. */
const SIZE = 65_536;

/** A disk in memory with hardly any room on it. Mounting it takes root. */
export class SmallDisk implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async mount(path: string): Promise<SmallDisk> {
    await Deno.mkdir(path, { recursive: true });
    await run("mount", ["-t", "tmpfs", "-o", `size=${SIZE},mode=0700`, "headframe", path]);
    return new SmallDisk(path);
  }

  /** Leaves no byte free. */
  fill(): void {
    using file = Deno.openSync(this.#ballast, { write: true, create: true, append: true });
    try {
      for (;;) file.writeSync(new Uint8Array(4_096));
    } catch {
      // That was the last one.
    }
  }

  clear(): void {
    Deno.removeSync(this.#ballast);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Lazily, since a program of ours may still have it open; it ends right after.
    await run("umount", ["--lazy", this.path]);
  }

  get #ballast(): string {
    return `${this.path}/ballast`;
  }
}

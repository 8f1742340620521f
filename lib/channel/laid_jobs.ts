import { UsageError } from "../errors.ts";
import type { ShareHasher } from "./hasher.ts";
import type { Job } from "./job.ts";

/**
 * Which jobs the hasher has. Its memory is bounded and most jobs never get a share, so a job is laid
 * when its first share comes, and taken out again when there is no room for others.
 */
export class LaidJobs {
  readonly #hasher: Pick<ShareHasher, "layJob" | "dropJob">;
  /** Slots, least recently laid first. */
  readonly #slots = new Map<Job<unknown>, number>();

  constructor(hasher: Pick<ShareHasher, "layJob" | "dropJob">) {
    this.#hasher = hasher;
  }

  /** @throws {UsageError} If the job is a future one, or does not fit even when it is alone. */
  slotOf(job: Job<unknown>): number {
    return this.#slots.get(job) ?? this.#lay(job);
  }

  drop(job: Job<unknown>): void {
    const slot = this.#slots.get(job);
    if (slot === undefined) return;
    this.#slots.delete(job);
    this.#hasher.dropJob(slot);
  }

  #lay(job: Job<unknown>): number {
    if (job.tip === undefined) throw new UsageError("Cannot hash for a job that has no tip yet");
    const { merklePath, coinbase: { stripped }, tip: { prevHash, nBits } } = job;
    const parts = {
      coinbasePrefix: stripped.prefix,
      coinbaseSuffix: stripped.suffix,
      merklePath,
      prevHash,
      nBits,
    };
    for (;;) {
      try {
        const slot = this.#hasher.layJob(parts);
        this.#slots.set(job, slot);
        return slot;
      } catch (error) {
        if (!(error instanceof UsageError) || this.#slots.size === 0) throw error;
        this.#makeRoom();
      }
    }
  }

  #makeRoom(): void {
    let surplus = Math.ceil(this.#slots.size / 2);
    for (const job of this.#slots.keys()) {
      if (surplus-- === 0) return;
      this.drop(job);
    }
  }
}

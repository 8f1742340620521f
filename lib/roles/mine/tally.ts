/** Different reasons that are counted one by one; a peer that invents more gets no more memory. */
const MAX_REASONS = 32;

/** What became of everything that the devices found, over all connections. Numbers only grow. */
export class Tally {
  /** Shares sent to a server. */
  submitted = 0;
  /** Of these, acknowledged. */
  accepted = 0;
  /** Of these, refused. */
  rejected = 0;
  /** Of these, given up: the connection ended, or the answer never came. */
  unanswered = 0;
  /** Found for a job that was over, so not sent. */
  stale = 0;
  /** Reported twice by a device, so not sent again. */
  duplicates = 0;
  /** Reported by a device, and wrong. */
  hardwareErrors = 0;
  /** Good enough for the network. */
  blocks = 0;
  /** Difficulty of the best share. */
  best = 0;
  /** Difficulty of accepted shares, summed up: what work was paid, whatever the server's sum says. */
  acceptedDifficulty = 0;
  /** Messages from servers that made no sense here, and were passed over. */
  oddities = 0;
  readonly #reasons = new Map<string, number>();

  /** Shares whose answer is still to come. */
  get pending(): number {
    return this.submitted - this.accepted - this.rejected - this.unanswered;
  }

  /** How often each reason was given for a refusal. Text is the server's own. */
  get reasons(): ReadonlyMap<string, number> {
    return this.#reasons;
  }

  refuse(reason: string): void {
    this.rejected++;
    const known = this.#reasons.has(reason) || this.#reasons.size < MAX_REASONS;
    const key = known ? reason : "other";
    this.#reasons.set(key, (this.#reasons.get(key) ?? 0) + 1);
  }
}

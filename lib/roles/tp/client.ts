import type { Peer } from "../../session/role.ts";
import type { Instant } from "../../time.ts";
import { Allowance } from "./allowance.ts";
import type { Shape } from "./shape.ts";
import { newTemplateFrame, setNewPrevHashFrame } from "./frames.ts";
import type { Work } from "./shelf.ts";

/** One connection of a client that wants templates, and what it has been told. */
export class Client {
  readonly peer: Peer;
  readonly since: Instant;
  /** What it asked for last; undefined until it asked. */
  shape: Shape | undefined;
  /** Whether it is owed a template for its shape. */
  waiting = false;
  /** Requests for transactions that are under way. */
  gathering = 0;
  /** How often it may change its mind. */
  readonly constraints: Allowance;
  /** How often it may ask for transactions. */
  readonly requests: Allowance;
  /** How many of its solutions may prove nothing. */
  readonly mistakes: Allowance;
  #lastId = -1n;
  #tip = "";

  constructor(peer: Peer, now: Instant) {
    this.peer = peer;
    this.since = now;
    this.constraints = new Allowance(10, 1, now);
    this.requests = new Allowance(30, 5, now);
    this.mistakes = new Allowance(30, 1, now);
  }

  /** Whether this id would be the highest it got, as SV2 §7.2 demands. */
  takes({ id }: Work): boolean {
    return id > this.#lastId;
  }

  /**
   * Sends a template. On a tip that the client does not know, or after new constraints, it is a future
   * one, and SetNewPrevHash makes it the present one at once; otherwise it takes effect by itself.
   */
  give(work: Work, now: Instant): void {
    const tip = tipOf(work);
    const future = this.waiting || tip !== this.#tip;
    this.peer.sendFrame(newTemplateFrame(work, future));
    if (future) this.peer.sendFrame(setNewPrevHashFrame(work, now));
    this.waiting = false;
    this.#lastId = work.id;
    this.#tip = tip;
  }
}

/** What SetNewPrevHash tells: the block, and the `nBits` that a block on it must have. */
export function tipOf({ template }: Pick<Work, "template">): string {
  return `${template.prevHash.toHex()}/${template.nBits}`;
}

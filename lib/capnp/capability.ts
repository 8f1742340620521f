/**
 * The object that the answer to a question will have in the first field of its results: it can be called
 * before it is there, and whatever is asked of it is answered in the same breath. If there is none, or the
 * question fails, so do those calls. Nothing has to be released.
 */
export interface PromisedObject {
  readonly question: number;
}

/**
 * One reference to an object of the other side. It costs memory there until it is released; the object
 * goes when its last reference does.
 */
export class Capability {
  /** What the other side calls the object. */
  readonly id: number;
  #release: (() => void) | undefined;

  /** @param release Tells the other side; called once at most. */
  constructor(id: number, release: () => void) {
    this.id = id;
    this.#release = release;
  }

  get released(): boolean {
    return this.#release === undefined;
  }

  /** Gives the reference back. Does nothing the second time, or when the connection is gone. */
  release(): void {
    const release = this.#release;
    this.#release = undefined;
    release?.();
  }
}

import type { NodeEvent } from "./node.ts";

/** Who wants to know what a node tells: what `Node.subscribe` adds to. */
export class Listeners {
  readonly #listeners = new Set<(event: NodeEvent) => void>();

  /** @returns What takes `listener` away again. */
  add(listener: (event: NodeEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  tell(event: NodeEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

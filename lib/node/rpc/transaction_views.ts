import { UsageError } from "../../errors.ts";
import type { TransactionBytes } from "./digest.ts";

/** Turns {@link TransactionBytes} into transactions, in the order in which the templates were read. */
export class TransactionViews {
  #last: readonly Uint8Array[] = [];

  /** @throws {UsageError} If the template before this one was left out. */
  add({ places, data, ends }: TransactionBytes): readonly Uint8Array[] {
    let fresh = 0;
    let at = 0;
    const transactions: Uint8Array[] = [];
    for (const place of places) {
      if (place >= 0) {
        const known = this.#last[place];
        if (known === undefined) throw new UsageError("Cannot find a template's transactions");
        transactions.push(known);
        continue;
      }
      const end = ends[fresh++] ?? 0;
      transactions.push(data.subarray(at, end));
      at = end;
    }
    this.#last = transactions;
    return transactions;
  }
}

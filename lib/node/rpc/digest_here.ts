import type { Digest, Digested, Reading } from "./digest.ts";
import { TemplateReader } from "./template_reader.ts";
import { TransactionViews } from "./transaction_views.ts";

/**
 * Reads answers in the calling thread, which does nothing else meanwhile: a few hundredths of a second
 * for a full block. For tests, and for answers that are small.
 */
export function digestHere(): Digest {
  const reader = new TemplateReader();
  const views = new TransactionViews();
  return (body) => Promise.resolve(digested(reader.read(body), views));
}

/** A reading with its transactions. */
export function digested(reading: Reading, views: TransactionViews): Digested {
  if (reading.type !== "template") return reading;
  const { head, columns, bytes } = reading;
  return { type: "template", digest: { head, columns, transactions: views.add(bytes) } };
}

/**
 * Reading templates in another thread: what the two threads say to each other, and what each of them
 * does. Starting one is for those who may; see `commands/template_thread.ts`.
 *
 * @module
 */

import { OperatorError } from "../../errors.ts";
import type { Digest, Digested, Reading } from "./digest.ts";
import { digested, digestHere } from "./digest_here.ts";
import { TemplateReader } from "./template_reader.ts";
import { TransactionViews } from "./transaction_views.ts";

/** What the thread is told: to read an answer. */
export interface DigestOrder {
  readonly id: number;
  /** Whose answer, a number for each node: its transactions are known from one to the next. */
  readonly source: number;
  readonly body: Uint8Array;
}

/** What the thread says to an order. They are carried out in the order in which they came. */
export interface DigestResult {
  readonly id: number;
  readonly reading: Reading;
}

/** Something to be sent to another thread, and the buffers that go along without being copied. */
export interface Parcel<T> {
  readonly message: T;
  readonly transfer: ArrayBuffer[];
}

/** The thread's side. */
export class DigestThread {
  readonly #readers = new Map<number, TemplateReader>();

  obey({ id, source, body }: DigestOrder): Parcel<DigestResult> {
    const reader = this.#readers.get(source) ?? new TemplateReader();
    this.#readers.set(source, reader);
    const reading = reader.read(body);
    return { message: { id, reading }, transfer: buffersOf(reading) };
  }
}

/** Answers that take a millisecond or two are read where they are, which is sooner. */
const SMALL = 32_768;

/** The other side. */
export class RemoteDigests {
  readonly #send: (parcel: Parcel<DigestOrder>) => void;
  readonly #waiting = new Map<number, PromiseWithResolvers<Reading>>();
  #sources = 0;
  #orders = 0;

  /** @param send Hands an order to the thread. */
  constructor(send: (parcel: Parcel<DigestOrder>) => void) {
    this.#send = send;
  }

  /** What reads one node's answers. */
  digest(): Digest {
    const source = this.#sources++;
    const views = new TransactionViews();
    return async (body): Promise<Digested> =>
      body.length <= SMALL
        ? await digestHere()(body)
        : digested(await this.#order(source, body), views);
  }

  /** The thread has said something. */
  received({ id, reading }: DigestResult): void {
    this.#waiting.get(id)?.resolve(reading);
    this.#waiting.delete(id);
  }

  /** The thread is no more: what it was told comes to nothing. Another one may take its place. */
  ended(reason: string): void {
    for (const { reject } of this.#waiting.values()) {
      reject(new OperatorError("failure", `Cannot read a template: ${reason}`));
    }
    this.#waiting.clear();
  }

  #order(source: number, body: Uint8Array): Promise<Reading> {
    const id = this.#orders++;
    const waiter = Promise.withResolvers<Reading>();
    this.#waiting.set(id, waiter);
    const transfer = body.buffer instanceof ArrayBuffer ? [body.buffer] : [];
    this.#send({ message: { id, source, body }, transfer });
    return waiter.promise;
  }
}

function buffersOf(reading: Reading): ArrayBuffer[] {
  if (reading.type !== "template") return [];
  const { head, columns, bytes } = reading;
  const views = [
    head.prevHash,
    columns.weights,
    columns.sigops,
    columns.fees,
    columns.parentEnds,
    columns.parents,
    columns.txids.nodes,
    columns.wtxids.nodes,
    bytes.places,
    bytes.data,
    bytes.ends,
  ];
  return views.flatMap(({ buffer }) => buffer instanceof ArrayBuffer ? [buffer] : []);
}

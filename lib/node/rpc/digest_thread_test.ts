import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import {
  answerBody,
  fullTemplate,
  listedTransaction,
  numbered,
  templateAnswer,
} from "../../../tests/support/template_answers.ts";
import { OperatorError } from "../../errors.ts";
import { digestHere } from "./digest_here.ts";
import { type DigestOrder, DigestThread, type Parcel, RemoteDigests } from "./digest_thread.ts";

/** Both sides, and between them what a message between threads does. */
function bench() {
  const thread = new DigestThread();
  const orders: DigestOrder[] = [];
  let held: (() => void)[] | undefined;
  const digests = new RemoteDigests(({ message, transfer }) => {
    const order = structuredClone(message, { transfer });
    orders.push(order);
    const obey = (): void => {
      const parcel = thread.obey(order);
      digests.received(structuredClone(parcel.message, { transfer: parcel.transfer }));
    };
    if (held === undefined) obey();
    else held.push(obey);
  });
  return { digests, orders, hold: () => held = [] };
}

const LARGE = (first: number) => answerBody(templateAnswer(fullTemplate(100, first)));

Deno.test("RemoteDigests gives what is read here, by way of the thread", async () => {
  const { digests, orders } = bench();
  const there = await digests.digest()(LARGE(0));
  deepStrictEqual(there, await digestHere()(LARGE(0)));
  strictEqual(orders.length, 1);
});

Deno.test("RemoteDigests copies no bytes", async () => {
  const { digests } = bench();
  const body = LARGE(0);
  await digests.digest()(body);
  strictEqual(body.length, 0);
});

Deno.test("RemoteDigests lets templates share the transactions that they share", async () => {
  const { digests } = bench();
  const digest = digests.digest();
  const first = await digest(LARGE(0));
  const small = await digest(answerBody(templateAnswer([listedTransaction(numbered(1))])));
  const second = await digest(LARGE(50));
  ok(first.type === "template" && small.type === "template" && second.type === "template");
  strictEqual(second.digest.transactions[0], first.digest.transactions[50]);
  deepStrictEqual(
    second.digest.transactions.map((bytes) => bytes.toHex()),
    fullTemplate(100, 50).map(({ data }) => data),
  );
});

Deno.test("RemoteDigests keeps nodes apart", async () => {
  const { digests } = bench();
  const [one, two] = [digests.digest(), digests.digest()];
  await one(LARGE(0));
  const other = await two(LARGE(0));
  const again = await one(LARGE(0));
  deepStrictEqual(again, other);
});

Deno.test("RemoteDigests reads small answers itself", async () => {
  const { digests, orders } = bench();
  const body = answerBody(templateAnswer([listedTransaction(numbered(1))]));
  strictEqual((await digests.digest()(body)).type, "template");
  strictEqual((await digests.digest()(new Uint8Array(3))).type, "garbage");
  strictEqual(orders.length, 0);
});

Deno.test("RemoteDigests gives up what a thread was doing that is no more", async () => {
  const { digests, hold } = bench();
  hold();
  const waiting = digests.digest()(LARGE(0));
  digests.ended("out of memory");
  await rejects(
    waiting,
    (error) => error instanceof OperatorError && /out of mem/.test(error.message),
  );
});

Deno.test("RemoteDigests goes on with another thread where one ended", async () => {
  let thread = new DigestThread();
  const digests = new RemoteDigests(({ message, transfer }: Parcel<DigestOrder>) => {
    digests.received(thread.obey(structuredClone(message, { transfer })).message);
  });
  const digest = digests.digest();
  await digest(LARGE(0));
  thread = new DigestThread();
  const next = await digest(LARGE(20));
  ok(next.type === "template");
  strictEqual(next.digest.transactions[0]?.toHex(), fullTemplate(100, 20)[0]?.data);
});

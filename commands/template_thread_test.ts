import { deepStrictEqual, ok, rejects } from "node:assert/strict";
import { OperatorError } from "../lib/errors.ts";
import { digestHere } from "../lib/node/rpc/digest_here.ts";
import { answerBody, fullTemplate, templateAnswer } from "../tests/support/template_answers.ts";
import { templateThread } from "./template_thread.ts";

const ANSWER = JSON.stringify(templateAnswer(fullTemplate(300)));
const body = (): Uint8Array => answerBody(JSON.parse(ANSWER));

Deno.test("templateThread() reads templates elsewhere, as they would be read here", async () => {
  const stop = new AbortController();
  const digest = templateThread(stop.signal).digest();
  try {
    const [first, second] = await Promise.all([digest(body()), digest(body())]);
    deepStrictEqual(first, await digestHere()(body()));
    ok(first.type === "template" && second.type === "template");
    deepStrictEqual(second.digest.transactions, first.digest.transactions);
  } finally {
    stop.abort();
  }
});

Deno.test("templateThread() ends with its signal, and reads nothing any more", async () => {
  const stop = new AbortController();
  const digest = templateThread(stop.signal).digest();
  const waiting = digest(body());
  stop.abort();
  await rejects(waiting, OperatorError);
  await rejects(digest(body()), OperatorError);
});

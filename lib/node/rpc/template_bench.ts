import {
  answerBody,
  fullTemplate,
  templateAnswer,
} from "../../../tests/support/template_answers.ts";
import { bytesFromHex } from "../../bitcoin/bytes.ts";
import { merkleRoot } from "../../bitcoin/merkle.ts";
import { digested } from "./digest_here.ts";
import { cutTemplate } from "./template.ts";
import { TemplateReader } from "./template_reader.ts";
import { TransactionViews } from "./transaction_views.ts";

// A block of 4 MWU: an answer of 6.6 MB. What is under "thread" happens in a thread of its own, what is
// under "main loop" where shares are waiting.
const transactions = fullTemplate(5_000);
const body = answerBody(templateAnswer(transactions));
const hashes = transactions.flatMap(({ txid, hash }) => [txid, hash]);

const thread = { group: "thread: 5,000 transactions", n: 20, warmup: 5 };
const main = { group: "main loop: 5,000 transactions", n: 100, warmup: 10 };

Deno.bench("TemplateReader.read(), all are new", { ...thread, baseline: true }, () => {
  new TemplateReader().read(body);
});

const reader = new TemplateReader();
reader.read(body);
Deno.bench("TemplateReader.read(), all are known", thread, () => {
  reader.read(body);
});

Deno.bench("JSON.parse() alone", thread, () => {
  JSON.parse(new TextDecoder().decode(body));
});

Deno.bench("merkle trees with @noble alone", thread, () => {
  const ids = hashes.map((hash) => bytesFromHex(hash));
  merkleRoot(ids.slice(0, 5_000));
  merkleRoot(ids.slice(5_000));
});

const views = new TransactionViews();
const reading = new TemplateReader().read(body);
const taken = digested(reading, views);
Deno.bench("TransactionViews.add()", { ...main, baseline: true }, () => {
  digested(reading, views);
});

for (
  const [what, reservedWeight] of [
    ["all of it", 2_000],
    ["without its last ones", 50_000],
    ["half of it", 2_000_000],
  ] as const
) {
  Deno.bench(`cutTemplate(), ${what}`, main, () => {
    if (taken.type !== "template") return;
    cutTemplate(taken.digest, { reservedWeight, reservedSigops: 400 });
  });
}

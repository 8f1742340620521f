import { targetFromCompact } from "../../bitcoin/compact.ts";
import { displayHash } from "../../bitcoin/header.ts";
import { CoinbaseOutputConstraints, NewTemplate, SetNewPrevHash } from "../../messages/template.ts";
import { difficultyOfTarget } from "../../pow/target.ts";
import { type PingLine, read } from "./line.ts";
import type { Found } from "./report.ts";

/** Room for one output of any common kind. */
const OUTPUT_SIZE = 43;
const OUTPUT_SIGOPS = 4;

/** Asks for templates, and waits until there is one to build a block from. */
export async function receiveTemplate(line: PingLine): Promise<Found<void>> {
  await line.send(CoinbaseOutputConstraints, {
    coinbaseOutputMaxAdditionalSize: OUTPUT_SIZE,
    coinbaseOutputMaxAdditionalSigops: OUTPUT_SIGOPS,
  });
  const values = new Map<bigint, bigint>();
  const tip = await line.expect("a template", (frame) => {
    const template = read(NewTemplate, frame);
    if (template !== undefined) values.set(template.templateId, template.coinbaseTxValueRemaining);
    const tip = read(SetNewPrevHash, frame);
    return tip !== undefined && values.has(tip.templateId) ? tip : undefined;
  });
  const value = values.get(tip.templateId) ?? 0n;
  const previous = displayHash(tip.prevHash);
  const difficulty = difficultyOfTarget(targetFromCompact(tip.nBits));
  return {
    found: undefined,
    detail: `template ${tip.templateId} of ${value} sat on block ${previous}, ` +
      `network difficulty ${Number(difficulty.toPrecision(4))}`,
    data: {
      templateId: tip.templateId.toString(),
      coinbaseTxValueRemaining: value.toString(),
      prevHash: previous,
      networkDifficulty: difficulty,
    },
  };
}

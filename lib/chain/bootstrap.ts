import { decodeBlock } from "../bitcoin/block.ts";
import { UsageError } from "../errors.ts";
import { solveTemplate } from "../node/solve.ts";
import type { UnixSeconds } from "../time.ts";
import { assembleTemplate } from "./assemble.ts";
import type { Chain } from "./chain.ts";
import { hashBlock } from "./hashed.ts";
import type { Mempool } from "./mempool.ts";
import { ANYONE_P2WSH } from "./scripts.ts";

/**
 * Mines the blocks that a fresh chain needs before anything can be spent, at the easiest target and
 * in milliseconds. They pay to {@link ANYONE_P2WSH}; the last one is as old as `unix` says, the
 * others each a block time before.
 *
 * @param onBlock Told of each.
 */
export function bootstrap(
  chain: Chain,
  pool: Mempool,
  unix: UnixSeconds,
  onBlock: (acceptance: ReturnType<Chain["accept"]>) => void,
): void {
  const apart = Math.max(1, Math.round(chain.rules.blockTime));
  while (chain.tip.height < chain.rules.bootstrap) {
    const time = unix - (chain.rules.bootstrap - chain.tip.height - 1) * apart;
    const template = assembleTemplate(chain, pool, EMPTY, time);
    const { block } = solveTemplate(template, [], { payTo: ANYONE_P2WSH });
    const acceptance = chain.accept(hashBlock(decodeBlock(block)), unix);
    if (acceptance.verdict.outcome !== "accepted") {
      throw new UsageError(`Cannot start the chain: ${JSON.stringify(acceptance.verdict)}`);
    }
    onBlock(acceptance);
  }
}

const EMPTY = { reservedWeight: 4_000_000, reservedSigops: 80_000 };

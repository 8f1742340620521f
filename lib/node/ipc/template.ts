import { pushedHeight } from "../../bitcoin/height.ts";
import type { BlockHeader } from "../../bitcoin/header.ts";
import type { Network } from "../../bitcoin/network.ts";
import { subsidyAt } from "../../bitcoin/subsidy.ts";
import type { Capability } from "../../capnp/capability.ts";
import type { UnixSeconds } from "../../time.ts";
import type { NodeTemplate, TemplateCoinbase, Tip } from "../node.ts";
import type { BlockTemplate } from "./block_template.ts";

/** What a template says of the block to be. */
export interface TemplateParts {
  readonly header: BlockHeader;
  readonly coinbase: TemplateCoinbase;
  readonly merklePath: readonly Uint8Array[];
  /** Of the block to be. */
  readonly height: number;
}

/** Asks for all at once: one way there and back. */
export async function readTemplate(
  template: BlockTemplate,
  thread: Capability,
): Promise<TemplateParts> {
  const [parts, merklePath] = await Promise.all([
    readEmptyTemplate(template, thread),
    template.merklePath(thread),
  ]);
  return { ...parts, merklePath };
}

/** The same for a template that was made without transactions. */
export async function readEmptyTemplate(
  template: BlockTemplate,
  thread: Capability,
): Promise<TemplateParts> {
  const [header, coinbase] = await Promise.all([
    template.header(thread),
    template.coinbase(thread),
  ]);
  const height = pushedHeight(coinbase.scriptSigPrefix);
  return { header, coinbase, merklePath: [], height };
}

/** The tip that a template builds on. */
export function tipOf({ header, height }: TemplateParts): Tip {
  return { hash: header.prevHash, height: height - 1, nBits: header.nBits };
}

/** What a {@link NodeTemplate} is made of besides what the node says. */
export interface TemplateContext {
  readonly network: Network;
  readonly minTime: UnixSeconds;
  transactions(): Promise<readonly Uint8Array[]>;
  release(): void;
}

/**
 * The template as the port has it. A signet's challenge is not in it, and its solution not in the
 * coinbase's outputs: the node gives neither over this interface, and leaves signing to the miner.
 */
export function nodeTemplate(parts: TemplateParts, context: TemplateContext): NodeTemplate {
  const { header, coinbase, merklePath, height } = parts;
  const fees = coinbase.valueRemaining - subsidyAt(height, context.network);
  return {
    prevHash: header.prevHash,
    height,
    version: header.version,
    nBits: header.nBits,
    time: header.time,
    minTime: context.minTime,
    coinbase,
    merklePath,
    fees: fees > 0n ? fees : 0n,
    transactions: () => context.transactions(),
    release: () => context.release(),
  };
}

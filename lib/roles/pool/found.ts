import { bytesFromHex, hexFromBytes } from "../../bitcoin/bytes.ts";
import { joinCoinbase } from "../../bitcoin/coinbase.ts";
import { heightOf } from "../../bitcoin/height.ts";
import { type BlockHeader, decodeHeader, displayHash, encodeHeader } from "../../bitcoin/header.ts";
import type { JudgedShare } from "../../channel/share.ts";
import type { SubmitSolution } from "../../messages/template.ts";
import type { UnixSeconds } from "../../time.ts";
import { fastMerkleRoot } from "./frames.ts";
import type { PoolChannel } from "./miner.ts";
import type { TemplateWork } from "./work.ts";

/** A block that a miner found, with all that is needed to have it built, and to tell who found it. */
export interface FoundBlock {
  /** As people write it. */
  readonly hash: string;
  /** As its coinbase says; undefined if that is not to be read. `BIP 34` */
  readonly height: number | undefined;
  /** Who gave the template, and can make the block of the solution. */
  readonly provider: string;
  readonly templateId: bigint;
  readonly header: BlockHeader;
  /** The whole coinbase transaction, with witness. */
  readonly coinbase: Uint8Array;
  /** `user_identity` of the channel; peer-controlled text. */
  readonly user: string;
  /** The device, as the identity or the share named it; peer-controlled text. */
  readonly worker: string;
  /** `host:port` of the connection. */
  readonly address: string;
  readonly channelId: number;
  readonly foundAt: UnixSeconds;
}

/**
 * Where the machine takes its blocks. A call returns at once: the miner's answer waits neither for
 * the disk nor for the provider.
 */
export interface BlockSink {
  /** Saves the block, then has it submitted. */
  found(block: FoundBlock): void;
  /** Has something submitted that is no block, but that the provider wants. SV2 §7.3 */
  wanted(provider: string, solution: SubmitSolution): void;
}

/** What the provider of the template is sent, SV2 §7.7. */
export function solutionOf(block: FoundBlock): SubmitSolution {
  const { templateId, header, coinbase: coinbaseTx } = block;
  const { version, time: headerTimestamp, nonce: headerNonce } = header;
  return { templateId, version, headerTimestamp, headerNonce, coinbaseTx };
}

/** The block that a share is; undefined if it is for no job. */
export function foundBlock(
  share: JudgedShare<TemplateWork, PoolChannel>,
  foundAt: UnixSeconds,
): FoundBlock | undefined {
  const { channel, job, hash, version, ntime: time, nonce } = share;
  const tip = job?.tip;
  if (job === undefined || tip === undefined) return undefined;
  const { provider, template } = job.work;
  const prefix = channel.extranoncePrefixOf(job);
  const extranonce = new Uint8Array(prefix.length + share.extranonceSize);
  extranonce.set(prefix);
  extranonce.set(share.extranonce.subarray(0, share.extranonceSize), prefix.length);
  const { prevHash, nBits } = tip;
  const merkleRoot = fastMerkleRoot(job, extranonce);
  return {
    hash: displayHash(hash),
    height: heightOf(template.coinbasePrefix),
    provider,
    templateId: template.templateId,
    header: { version, prevHash, merkleRoot, time, nBits, nonce },
    coinbase: joinCoinbase(job.coinbase.full, extranonce),
    user: channel.userIdentity,
    worker: share.worker === undefined
      ? channel.workerName
      : new TextDecoder().decode(share.worker.name),
    address: channel.miner.peer.address,
    channelId: channel.id,
    foundAt,
  };
}

/** What became of a block, as its file says. */
export type BlockOutcome = "pending" | "accepted" | "unknown";

/** A block as the text of its file. */
export function encodeBlock(block: FoundBlock, outcome: BlockOutcome): Uint8Array {
  const { templateId, header, coinbase, ...rest } = block;
  const text = JSON.stringify(
    {
      outcome,
      ...rest,
      templateId: String(templateId),
      header: hexFromBytes(encodeHeader(header)),
      coinbase: hexFromBytes(coinbase),
    },
    null,
    1,
  );
  return new TextEncoder().encode(`${text}\n`);
}

/** The block of a file that {@link encodeBlock} wrote; undefined if it is something else. */
export function decodeBlock(bytes: Uint8Array): FoundBlock | undefined {
  try {
    const file: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (typeof file !== "object" || file === null) return undefined;
    const { hash, height, provider, templateId, header, coinbase, ...who } = file as Partial<
      Record<string, unknown>
    >;
    const { user, worker, address, channelId, foundAt } = who;
    if (
      typeof hash !== "string" || typeof provider !== "string" || typeof templateId !== "string" ||
      typeof header !== "string" || typeof coinbase !== "string" || typeof user !== "string" ||
      typeof worker !== "string" || typeof address !== "string" || typeof foundAt !== "number" ||
      typeof channelId !== "number" || (height !== undefined && typeof height !== "number")
    ) return undefined;
    return {
      hash,
      height,
      provider,
      templateId: BigInt(templateId),
      header: decodeHeader(bytesFromHex(header)),
      coinbase: bytesFromHex(coinbase),
      user,
      worker,
      address,
      channelId,
      foundAt,
    };
  } catch {
    return undefined;
  }
}

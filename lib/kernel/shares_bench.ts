import { createHash } from "node:crypto";
import { concatBytes } from "../bitcoin/bytes.ts";
import { blockHash, encodeHeader } from "../bitcoin/header.ts";
import { sha256d } from "../bitcoin/hash.ts";
import { foldMerklePath } from "../bitcoin/merkle.ts";
import { type JobParts, ShareKernel } from "./shares.ts";

// Every row hashes 32 shares of an extended channel on a merkle path of 12 levels.
const SHARES = 32;
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const job: JobParts = {
  coinbasePrefix: random(62),
  coinbaseSuffix: random(150),
  merklePath: Array.from({ length: 12 }, () => random(32)),
  prevHash: random(32),
  nBits: 0x1d00ffff,
};
const prefix = random(8);
const extranonce = random(8);
const fields = { version: 0x20000000, ntime: 1_700_000_000, nonce: 0 };
const kernel = new ShareKernel({ lanes: 4 });
const slot = kernel.layJob(job);
// Faster than four under --v8-flags=--experimental-wasm-revectorize, else slower.
const wide = new ShareKernel({ lanes: 8 });
const wideSlot = wide.layJob(job);

const options = { group: "share, 12 levels", n: 300, warmup: 300 };

Deno.bench("32 shares: kernel, one batch", { ...options, baseline: true }, () => {
  kernel.begin();
  for (let nonce = 0; nonce < SHARES; nonce++) {
    fields.nonce = nonce;
    kernel.addExtended(slot, prefix, extranonce, fields);
  }
  kernel.run();
});

Deno.bench("32 shares: kernel, one batch, eight lanes", options, () => {
  wide.begin();
  for (let nonce = 0; nonce < SHARES; nonce++) {
    fields.nonce = nonce;
    wide.addExtended(wideSlot, prefix, extranonce, fields);
  }
  wide.run();
});

Deno.bench("32 shares: kernel, batches of four", options, () => {
  for (let nonce = 0; nonce < SHARES;) {
    kernel.begin();
    for (let i = 0; i < 4; i++) {
      fields.nonce = nonce++;
      kernel.addExtended(slot, prefix, extranonce, fields);
    }
    kernel.run();
  }
});

Deno.bench("32 shares: kernel, one by one", options, () => {
  for (let nonce = 0; nonce < SHARES; nonce++) {
    fields.nonce = nonce;
    kernel.begin();
    kernel.addExtended(slot, prefix, extranonce, fields);
    kernel.run();
  }
});

Deno.bench("32 shares: @noble", { ...options, n: 20, warmup: 20 }, () => {
  for (let nonce = 0; nonce < SHARES; nonce++) {
    const coinbase = concatBytes(job.coinbasePrefix, prefix, extranonce, job.coinbaseSuffix);
    const merkleRoot = foldMerklePath(sha256d(coinbase), job.merklePath);
    const { version, ntime: time } = fields;
    const { prevHash, nBits } = job;
    blockHash({ version, prevHash, merkleRoot, time, nBits, nonce });
  }
});

function nativeSha256d(bytes: Uint8Array): Uint8Array {
  return createHash("sha256").update(createHash("sha256").update(bytes).digest()).digest();
}

Deno.bench("32 shares: node:crypto", { ...options, n: 20, warmup: 20 }, () => {
  for (let nonce = 0; nonce < SHARES; nonce++) {
    let merkleRoot = nativeSha256d(
      concatBytes(job.coinbasePrefix, prefix, extranonce, job.coinbaseSuffix),
    );
    for (const sibling of job.merklePath) {
      merkleRoot = nativeSha256d(concatBytes(merkleRoot, sibling));
    }
    const { version, ntime: time } = fields;
    const { prevHash, nBits } = job;
    nativeSha256d(encodeHeader({ version, prevHash, merkleRoot, time, nBits, nonce }));
  }
});

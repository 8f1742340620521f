import { createHash } from "node:crypto";
import { sha256d } from "../bitcoin/hash.ts";
import { Scanner } from "./scan.ts";

// One measured call is 4,000 hashes in every row, so the ratios are per hash.
const HASHES = 4000;
const header = crypto.getRandomValues(new Uint8Array(80));
const view = new DataView(header.buffer);

// Eight lanes are the faster ones under --v8-flags=--experimental-wasm-revectorize, else four.
for (const lanes of [4, 8] as const) {
  const scanner = new Scanner({ lanes });
  scanner.prepare(header, new Uint8Array(32));
  const options = { group: "header scan", baseline: lanes === 4, warmup: 500 };
  Deno.bench(`4,000 headers: kernel, ${lanes} lanes`, options, () => {
    scanner.scan(0, HASHES);
  });
}

Deno.bench("4,000 headers: @noble", { group: "header scan", n: 20 }, () => {
  for (let nonce = 0; nonce < HASHES; nonce++) {
    view.setUint32(76, nonce, true);
    sha256d(header);
  }
});

Deno.bench("4,000 headers: node:crypto", { group: "header scan", n: 20 }, () => {
  for (let nonce = 0; nonce < HASHES; nonce++) {
    view.setUint32(76, nonce, true);
    createHash("sha256").update(createHash("sha256").update(header).digest()).digest();
  }
});

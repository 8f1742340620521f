import { createHash } from "node:crypto";
import * as reference from "../bitcoin/hash.ts";
import { foldMerklePath } from "../bitcoin/merkle.ts";
import { merkleFold, sha256d } from "./sha.ts";

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));

for (const size of [80, 1000]) {
  const bytes = random(size);
  const group = `SHA-256d of ${size} bytes`;
  Deno.bench(`${size} bytes: kernel`, { group, baseline: true }, () => {
    sha256d(bytes);
  });
  Deno.bench(`${size} bytes: @noble`, { group }, () => {
    reference.sha256d(bytes);
  });
  Deno.bench(`${size} bytes: node:crypto`, { group }, () => {
    createHash("sha256").update(createHash("sha256").update(bytes).digest()).digest();
  });
}

const txid = random(32);
const path = Array.from({ length: 12 }, () => random(32));
Deno.bench("12 levels: kernel", { group: "merkle fold", baseline: true }, () => {
  merkleFold(txid, path);
});
Deno.bench("12 levels: @noble", { group: "merkle fold" }, () => {
  foldMerklePath(txid, path);
});

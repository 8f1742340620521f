import type { Aead } from "./aead.ts";
import { AEAD, KERNEL } from "./ciphers.ts";
import { nativeAead, nobleAead } from "./crypto.ts";
import { FrameOpener, FrameSealer } from "./transport.ts";

// SubmitSharesStandard: 30 bytes of frame, 62 sealed.
const share = Uint8Array.fromHex("00801a18000015141312262524233736353448474645595857566a696867");
const key = new Uint8Array(32).fill(1);
const none = new Uint8Array(0);

const ciphers: Readonly<Record<string, Aead>> = {
  "what is used": AEAD,
  "the kernel, block by block": { seal: KERNEL.seal, open: KERNEL.open },
  "node:crypto": nativeAead(),
  "@noble/ciphers": nobleAead(),
};

for (const [name, aead] of Object.entries(ciphers)) {
  const baseline = aead === AEAD;
  const sealer = new FrameSealer(key, { aead });
  const into = new Uint8Array(62);
  Deno.bench(`seal a 30-byte frame: ${name}`, { group: "seal", baseline }, () => {
    sealer.seal(share, into, 0);
  });
}

for (const [name, aead] of Object.entries(ciphers)) {
  const baseline = aead === AEAD;
  const sealer = new FrameSealer(key, { aead });
  const chunk = new Uint8Array(100 * 62);
  for (let at = 0; at < chunk.length;) at += sealer.seal(share, chunk, at);
  Deno.bench(`open 100 frames of 30 bytes: ${name}`, { group: "open", baseline }, () => {
    let bytes = 0;
    new FrameOpener(key, { aead }).push(chunk, ({ payload }) => bytes += payload.length);
    if (bytes !== 2_400) throw new Error("not all frames came");
  });
}

for (const size of [64, 1_024, 4_096, 65_519]) {
  const text = new Uint8Array(size);
  const into = new Uint8Array(size + 16);
  const alone = {
    "the kernel": KERNEL,
    "node:crypto": nativeAead(),
    "@noble/ciphers": nobleAead(),
  };
  for (const [name, aead] of Object.entries(alone)) {
    Deno.bench(`seal a text of ${size} bytes: ${name}`, { group: `${size} bytes` }, () => {
      aead.seal(key, 0, none, text, into, 0);
    });
  }
}

import { createCipheriv, createDecipheriv } from "node:crypto";
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { open, openFrames, seal, sealFrames } from "./aead.ts";

// Frames as those of a standard share: six bytes of header and 24 of payload.
const key = crypto.getRandomValues(new Uint8Array(32));
const nothing = new Uint8Array();
const frame = Uint8Array.of(0, 0x80, 26, 24, 0, 0, ...new Uint8Array(24));
const header = frame.subarray(0, 6);
const payload = frame.subarray(6);
const FRAMES = 32;
const frames = new Uint8Array(FRAMES * frame.length);
for (let i = 0; i < FRAMES; i++) frames.set(frame, i * frame.length);
const sealed = new Uint8Array(FRAMES * (frame.length + 32));
sealFrames(key, 0, frames, sealed, 0);
const into = new Uint8Array(sealed.length);
const nonce = new Uint8Array(12);
const size = sealed.length / FRAMES;

function setNonce(counter: number): void {
  for (let i = 4; i < 12; i++) nonce[i] = counter / 256 ** (i - 4);
}

function nativeSeal(counter: number, text: Uint8Array, at: number): void {
  setNonce(counter);
  const cipher = createCipheriv("chacha20-poly1305", key, nonce, { authTagLength: 16 });
  into.set(cipher.update(text), at);
  cipher.final();
  into.set(cipher.getAuthTag(), at + text.length);
}

function nativeOpen(counter: number, text: Uint8Array, at: number): void {
  setNonce(counter);
  const decipher = createDecipheriv("chacha20-poly1305", key, nonce, { authTagLength: 16 });
  decipher.setAuthTag(text.subarray(text.length - 16));
  into.set(decipher.update(text.subarray(0, -16)), at);
  decipher.final();
}

function nobleSeal(counter: number, text: Uint8Array, at: number): void {
  setNonce(counter);
  chacha20poly1305(key, nonce).encrypt(text, into.subarray(at, at + text.length + 16));
}

function nobleOpen(counter: number, text: Uint8Array, at: number): void {
  setNonce(counter);
  chacha20poly1305(key, nonce).decrypt(text, into.subarray(at, at + text.length - 16));
}

const sealing = { group: "sealing 32 frames of 30 bytes" };

Deno.bench("seal: kernel, all in one call", { ...sealing, baseline: true }, () => {
  sealFrames(key, 0, frames, into, 0);
});

Deno.bench("seal: kernel, frame by frame", sealing, () => {
  for (let i = 0; i < FRAMES; i++) sealFrames(key, 2 * i, frame, into, size * i);
});

Deno.bench("seal: kernel, text by text", sealing, () => {
  for (let i = 0; i < FRAMES; i++) {
    seal(key, 2 * i, nothing, header, into, size * i);
    seal(key, 2 * i + 1, nothing, payload, into, size * i + 22);
  }
});

Deno.bench("seal: @noble", sealing, () => {
  for (let i = 0; i < FRAMES; i++) {
    nobleSeal(2 * i, header, size * i);
    nobleSeal(2 * i + 1, payload, size * i + 22);
  }
});

Deno.bench("seal: node:crypto", sealing, () => {
  for (let i = 0; i < FRAMES; i++) {
    nativeSeal(2 * i, header, size * i);
    nativeSeal(2 * i + 1, payload, size * i + 22);
  }
});

const opening = { group: "opening 32 frames of 30 bytes" };

Deno.bench("open: kernel, all in one call", { ...opening, baseline: true }, () => {
  openFrames(key, 0, sealed, 0, into);
});

Deno.bench("open: kernel, frame by frame", opening, () => {
  for (let i = 0; i < FRAMES; i++) {
    openFrames(key, 2 * i, sealed.subarray(size * i, size * (i + 1)), 0, into);
  }
});

Deno.bench("open: kernel, text by text", opening, () => {
  for (let i = 0; i < FRAMES; i++) {
    open(key, 2 * i, nothing, sealed.subarray(size * i, size * i + 22), into, 0);
    open(key, 2 * i + 1, nothing, sealed.subarray(size * i + 22, size * (i + 1)), into, 6);
  }
});

Deno.bench("open: @noble", opening, () => {
  for (let i = 0; i < FRAMES; i++) {
    nobleOpen(2 * i, sealed.subarray(size * i, size * i + 22), 0);
    nobleOpen(2 * i + 1, sealed.subarray(size * i + 22, size * (i + 1)), 6);
  }
});

Deno.bench("open: node:crypto", opening, () => {
  for (let i = 0; i < FRAMES; i++) {
    nativeOpen(2 * i, sealed.subarray(size * i, size * i + 22), 0);
    nativeOpen(2 * i + 1, sealed.subarray(size * i + 22, size * (i + 1)), 6);
  }
});

for (const length of [1000, 16_000, 65_519]) {
  const text = new Uint8Array(length);
  const room = new Uint8Array(length + 16);
  const group = `sealing ${length} bytes`;
  Deno.bench(`${length} bytes: kernel`, { group, baseline: true }, () => {
    seal(key, 0, nothing, text, room, 0);
  });
  Deno.bench(`${length} bytes: @noble`, { group }, () => {
    chacha20poly1305(key, nonce).encrypt(text, room);
  });
  Deno.bench(`${length} bytes: node:crypto`, { group }, () => {
    const cipher = createCipheriv("chacha20-poly1305", key, nonce, { authTagLength: 16 });
    room.set(cipher.update(text));
    cipher.final();
    room.set(cipher.getAuthTag(), length);
  });
}

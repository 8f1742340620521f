import { memory } from "./kernel.wasm";

// Every worker has its own instance of the module, and of these. The memory never grows, so that
// views into it are made once.

/** All of the kernel's memory. */
export const BYTES: Uint8Array = new Uint8Array(memory.buffer);
/** The same, for numbers; WebAssembly is little-endian everywhere. */
export const VIEW: DataView = new DataView(memory.buffer);

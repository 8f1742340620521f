/// <reference lib="deno.worker" />
/**
 * A thread that reads templates of nodes, so that a full block stops nobody from sending shares.
 *
 * @module
 */

import { type DigestOrder, DigestThread } from "../lib/node/rpc/digest_thread.ts";

declare const self: DedicatedWorkerGlobalScope;

const thread = new DigestThread();

self.onmessage = ({ data }: MessageEvent<DigestOrder>) => {
  const { message, transfer } = thread.obey(data);
  self.postMessage(message, transfer);
};

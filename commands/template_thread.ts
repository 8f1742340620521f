import type { Digest } from "../lib/node/rpc/digest.ts";
import {
  type DigestOrder,
  type DigestResult,
  type Parcel,
  RemoteDigests,
} from "../lib/node/rpc/digest_thread.ts";

/** Reads nodes' answers in a thread of its own, one for all nodes. */
export interface TemplateThread {
  /** What an `RpcNode` reads its templates with; each node needs one of its own. */
  digest(): Digest;
}

/**
 * Starts a thread when there is something to read for it: small templates never need one.
 *
 * @param signal Ends it.
 */
export function templateThread(signal: AbortSignal): TemplateThread {
  let worker: Worker | undefined;
  const digests = new RemoteDigests(send);

  function send({ message, transfer }: Parcel<DigestOrder>): void {
    if (signal.aborted) return digests.ended("everything stops");
    worker ??= start();
    worker.postMessage(message, transfer);
  }

  function start(): Worker {
    const started = new Worker(new URL("./template_worker.ts", import.meta.url), {
      type: "module",
    });
    started.onmessage = ({ data }: MessageEvent<DigestResult>) => digests.received(data);
    started.onerror = (event) => {
      event.preventDefault();
      end(`a thread failed: ${event.message}`);
    };
    return started;
  }

  function end(reason: string): void {
    worker?.terminate();
    worker = undefined;
    digests.ended(reason);
  }

  signal.addEventListener("abort", () => end("everything stops"), { once: true });
  return { digest: () => digests.digest() };
}

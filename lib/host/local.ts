import { OperatorError, reasonOf } from "../errors.ts";
import type { Socket } from "../ports.ts";
import { streamSocket } from "./tcp.ts";

/** Bytes of the longest path that the operating system takes for a Unix socket. */
const LONGEST_PATH = 107;

/** Opens a connection to a Unix socket, giving up after `timeoutMs`. */
export async function connectLocal(path: string, timeoutMs: number): Promise<Socket> {
  const { length } = new TextEncoder().encode(path);
  if (length > LONGEST_PATH) {
    throw failure(
      path,
      `the path has ${length} bytes of at most ${LONGEST_PATH}; use a shorter one`,
    );
  }
  const opening = Deno.connect({ transport: "unix", path });
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), timeoutMs);
  try {
    const connection = await Promise.race([opening, late]);
    if (connection !== undefined) return streamSocket(connection, path);
    opening.then((tooLate) => tooLate.close(), () => {});
  } catch (cause) {
    throw failure(path, whatToDo(cause), cause);
  } finally {
    clearTimeout(timer);
  }
  throw failure(path, `no answer within ${timeoutMs / 1000} s; is the node too busy?`);
}

function whatToDo(cause: unknown): string {
  if (cause instanceof Deno.errors.NotFound) {
    return "there is no such file; does the node run, and with -ipcbind=unix?";
  }
  if (cause instanceof Deno.errors.ConnectionRefused) {
    return "nobody listens there; the node was stopped, start it again";
  }
  if (cause instanceof Deno.errors.PermissionDenied) {
    return "permission denied; run this as the user who owns it, the node's";
  }
  return reasonOf(cause);
}

function failure(path: string, why: string, cause?: unknown): OperatorError {
  return new OperatorError("peer", `Cannot connect to ${path}: ${why}`, { cause });
}

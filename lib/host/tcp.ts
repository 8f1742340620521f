import { OperatorError, reasonOf } from "../errors.ts";
import { type Address, formatAddress, type Listener, type Socket } from "../ports.ts";

/** Milliseconds for which connections may go on without a look at what else there is to do. */
const LONGEST_TURN_MS = 10;
/** Milliseconds after which a timer shows that there was one. */
const LOOK_MS = 5;

/** Listens on a TCP port; port 0 takes any free one. */
export function listen(at: Address): Listener {
  const listener = open(at);
  const { hostname, port } = listener.addr as Deno.NetAddr;
  let closed = false;
  return {
    address: { hostname, port },
    close() {
      if (closed) return;
      closed = true;
      listener.close();
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        let connection: Deno.TcpConn;
        try {
          connection = await listener.accept();
        } catch {
          if (closed) return;
          // Out of descriptors, or reset before we took it: the next one may be fine.
          await new Promise((resolve) => setTimeout(resolve, 50));
          continue;
        }
        yield socketOf(connection);
      }
    },
  };
}

function open(at: Address): Deno.TcpListener {
  try {
    return Deno.listen({ hostname: at.hostname, port: at.port });
  } catch (cause) {
    throw cannotListen(at, cause);
  }
}

/** What to do about an address that could not be listened on. @param cause What Deno threw. */
export function cannotListen(at: Address, cause: unknown): OperatorError {
  const why = cause instanceof Deno.errors.AddrInUse
    ? "another program has this port; stop it, or choose another port"
    : cause instanceof Deno.errors.PermissionDenied
    ? "not permitted; choose a port above 1023"
    : cause instanceof Deno.errors.AddrNotAvailable
    ? "this machine has no such address; 0.0.0.0 takes all it has"
    : reasonOf(cause);
  return new OperatorError("failure", `Cannot listen on ${formatAddress(at)}: ${why}`, { cause });
}

/** Opens a TCP connection, giving up after `timeoutMs`. */
export async function connect(to: Address, timeoutMs: number): Promise<Socket> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    return socketOf(await Deno.connect({ ...to, signal: timeout }));
  } catch (cause) {
    const why = timeout.aborted
      ? `no answer within ${timeoutMs / 1000} s; is the host right, and does a firewall drop it?`
      : cause instanceof Deno.errors.ConnectionRefused
      ? "refused; nothing listens there"
      : reasonOf(cause);
    throw new OperatorError("peer", `Cannot connect to ${formatAddress(to)}: ${why}`, {
      cause,
    });
  }
}

function socketOf(connection: Deno.TcpConn): Socket {
  try {
    // Answers are gathered per turn already; the kernel need not wait for more.
    connection.setNoDelay(true);
    connection.setKeepAlive(true);
  } catch {
    // The peer is gone already; the first read will say so.
  }
  return {
    ...streamSocket(connection, formatAddress(connection.remoteAddr)),
    local: formatAddress(connection.localAddr),
  };
}

/** A socket on any stream of the operating system. @param peer What the other end is called. */
export function streamSocket(connection: Deno.Conn, peer: string): Socket {
  return {
    peer,
    read(buffer) {
      // Bytes that are here already come without a turn of the event loop, and so can the next, for as
      // long as someone sends faster than we read: nobody else would be heard, and no timer fire.
      return starving() ? nextTurn().then(() => connection.read(buffer)) : connection.read(buffer);
    },
    async write(bytes) {
      let written = await connection.write(bytes);
      while (written < bytes.length) written += await connection.write(bytes.subarray(written));
    },
    close() {
      try {
        connection.close();
      } catch {
        // Closed already.
      }
    },
  };
}

let lookSince: number | undefined;
let turning: Promise<void> | undefined;

/**
 * Whether timers are overdue. What tells is a timer, one at a time and only while something is read: it
 * costs nothing to speak of, and an idle process sleeps.
 */
function starving(): boolean {
  const now = performance.now();
  if (lookSince !== undefined) return now - lookSince > LONGEST_TURN_MS;
  lookSince = now;
  setTimeout(() => lookSince = undefined, LOOK_MS);
  return false;
}

/** Resolves in the next turn of the event loop, for all who wait for it. */
function nextTurn(): Promise<void> {
  return turning ??= new Promise((resolve) => {
    setTimeout(() => {
      turning = undefined;
      resolve();
    }, 0);
  });
}

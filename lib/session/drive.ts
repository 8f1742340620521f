import { reasonOf } from "../errors.ts";
import type { Clock, Socket } from "../ports.ts";
import type { Instant } from "../time.ts";
import { Connection, type ConnectionOptions } from "./connection.ts";
import { ReadBuffer } from "./read_buffer.ts";

/** Above this much output waiting, the peer's input waits too. */
const HIGH_WATER = 65_536;

/** A connection with its socket. */
export interface Driven {
  readonly connection: Connection;
  /** Resolves when the socket is closed and the role has been told. */
  readonly done: Promise<void>;
  /** Ends what is overdue. To be called every second or so. */
  tick(now: Instant): void;
}

/**
 * Runs a connection over a socket until either ends. Output is written once per turn of the event
 * loop, one write at a time; while a peer does not read, it is not read from either.
 *
 * @param turns Shared by all connections of a role.
 */
export function drive(
  socket: Socket,
  clock: Clock,
  options: Omit<ConnectionOptions, "onOutput" | "now" | "address">,
  turns: Turns,
): Driven {
  let writing: Promise<void> = Promise.resolve();
  let busy = false;

  const connection: Connection = new Connection({
    ...options,
    address: socket.peer,
    now: clock.now(),
    onOutput: () => queueMicrotask(flush),
  });

  function flush(): void {
    if (!busy) writing = write();
  }

  async function write(): Promise<void> {
    busy = true;
    try {
      let output = connection.takeOutput();
      while (output !== undefined) {
        await socket.write(output);
        output = connection.takeOutput();
      }
      if (connection.stage === "closing") socket.close();
    } catch (error) {
      connection.ended(`write failed: ${reasonOf(error)}`, clock.now());
      socket.close();
    } finally {
      busy = false;
    }
  }

  async function read(): Promise<void> {
    const buffer = new ReadBuffer();
    let reason = "closed by the peer";
    try {
      for (;;) {
        const length = await socket.read(buffer.bytes);
        if (length === null || connection.stage === "closed") break;
        if (connection.queuedBytes > HIGH_WATER) await writing;
        if (connection.stage === "handshake") await turns.next();
        connection.receive(buffer.bytes.subarray(0, length), clock.now());
        turns.settle(connection);
        buffer.adapt(length);
      }
    } catch (error) {
      reason = reasonOf(error);
    }
    await writing;
    connection.ended(reason, clock.now());
    socket.close();
  }

  return {
    connection,
    done: read(),
    tick(now) {
      connection.tick(now);
      // It was told to close and does not read its last bytes.
      if (connection.abandoned(now)) socket.close();
    },
  };
}

/**
 * Turns of the event loop, of all connections of a role.
 *
 * What arrived on several connections at a time is given to the role first, and then all of it is settled:
 * hashing four shares costs little more than hashing one. And there is one handshake in a turn: a burst
 * of them costs milliseconds apiece and must not keep shares waiting.
 */
export class Turns {
  readonly #clock: Clock;
  #last: Promise<void> = Promise.resolve();
  #unsettled: Connection[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves in the next turn that has no handshake. */
  next(): Promise<void> {
    return this.#last = this.#last.then(() => this.#clock.sleep(0));
  }

  /** Settles a connection that has received something, at the end of this turn. */
  settle(connection: Connection): void {
    if (this.#unsettled.push(connection) === 1) queueMicrotask(this.#settleAll);
  }

  readonly #settleAll = (): void => {
    const unsettled = this.#unsettled;
    this.#unsettled = [];
    const now = this.#clock.now();
    for (const connection of unsettled) connection.settle(now);
  };
}

import { OperatorError } from "../errors.ts";
import { type Address, formatAddress, type Host, type Listener, type Socket } from "../ports.ts";

/**
 * A network of one address inside this process, for two roles that speak to each other and to nobody
 * else: nothing listens where another program could reach it. A write waits until it is read, so neither
 * side can get ahead of the other.
 */
export function memoryLink(address: Address): Pick<Host, "listen" | "connect"> {
  let arrivals: Arrivals | undefined;
  let nextPort = 1;
  return {
    listen(): Listener {
      if (arrivals !== undefined) {
        throw new OperatorError("failure", `Cannot listen on ${formatAddress(address)} twice`);
      }
      const mine = arrivals = new Arrivals();
      return {
        address,
        close() {
          mine.end();
          if (arrivals === mine) arrivals = undefined;
        },
        [Symbol.asyncIterator]: () => mine.all(),
      };
    },
    connect(): Promise<Socket> {
      if (arrivals === undefined) {
        const why = "it is not running, or not yet";
        const message = `Cannot connect to ${formatAddress(address)}: ${why}`;
        return Promise.reject(new OperatorError("peer", message));
      }
      const [up, down] = [new Pipe(), new Pipe()];
      const name = formatAddress({ hostname: address.hostname, port: nextPort++ });
      arrivals.add(endOf(up, down, name));
      return Promise.resolve(endOf(down, up, formatAddress(address)));
    },
  };
}

function endOf(incoming: Pipe, outgoing: Pipe, peer: string): Socket {
  return {
    peer,
    read: (buffer) => incoming.read(buffer),
    write: (bytes) => outgoing.write(bytes),
    close() {
      incoming.end();
      outgoing.end();
    },
  };
}

/** Something that can be waited for, again and again. */
class Signal {
  #next = Promise.withResolvers<void>();

  /** Resolves at the next {@link Signal.fire}. */
  get fired(): Promise<void> {
    return this.#next.promise;
  }

  fire(): void {
    this.#next.resolve();
    this.#next = Promise.withResolvers<void>();
  }
}

/** Connections that nobody has taken yet. */
class Arrivals {
  readonly #sockets: Socket[] = [];
  readonly #changed = new Signal();
  #ended = false;

  add(socket: Socket): void {
    this.#sockets.push(socket);
    this.#changed.fire();
  }

  async *all(): AsyncGenerator<Socket> {
    for (;;) {
      const socket = this.#sockets.shift();
      if (socket !== undefined) yield socket;
      else if (this.#ended) return;
      else await this.#changed.fired;
    }
  }

  end(): void {
    this.#ended = true;
    for (const socket of this.#sockets.splice(0)) socket.close();
    this.#changed.fire();
  }
}

/** Bytes that go one way. */
class Pipe {
  readonly #changed = new Signal();
  #left = new Uint8Array();
  #ended = false;

  async read(buffer: Uint8Array): Promise<number | null> {
    while (this.#left.length === 0) {
      if (this.#ended) return null;
      await this.#changed.fired;
    }
    const length = Math.min(this.#left.length, buffer.length);
    buffer.set(this.#left.subarray(0, length));
    this.#left = this.#left.subarray(length);
    if (this.#left.length === 0) this.#changed.fire();
    return length;
  }

  async write(bytes: Uint8Array): Promise<void> {
    while (this.#left.length > 0 && !this.#ended) await this.#changed.fired;
    if (this.#ended) throw new OperatorError("peer", "Cannot write: the other side has closed");
    this.#left = bytes.slice();
    this.#changed.fire();
    while (this.#left.length > 0 && !this.#ended) await this.#changed.fired;
  }

  end(): void {
    this.#ended = true;
    this.#changed.fire();
  }
}

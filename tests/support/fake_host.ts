/**
 * A world in memory: a clock that moves when it is told to, a network of pipes, a disk of a map. Whole
 * roles run in it, for hours of their time in milliseconds of ours.
 *
 * @module
 */

import { setImmediate } from "node:timers";
import { OperatorError } from "../../lib/errors.ts";
import type {
  Address,
  Clock,
  Files,
  Host,
  HttpHandler,
  HttpRequest,
  HttpResponse,
  HttpServer,
  Listener,
  Random,
  Socket,
} from "../../lib/ports.ts";
import type { Log, LogFields } from "../../lib/telemetry/log.ts";

/** One line that was logged. */
export interface Line {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly event: string;
  readonly fields: LogFields;
}

export class FakeHost implements Host {
  readonly clock: FakeClock = new FakeClock();
  readonly lines: Line[] = [];
  readonly log: Log = recordingLog(this.lines);
  readonly random: Random;
  readonly disk = new Map<string, Uint8Array>();
  readonly files: Files = memoryFiles(this.disk);
  readonly stop = new AbortController();
  readonly keys: string[] = [];
  readonly keyLog = (lines: string): void => void this.keys.push(lines);
  readonly #network: FakeNetwork;

  constructor(network: FakeNetwork = new FakeNetwork(), seed = 1) {
    this.#network = network;
    this.random = seededRandom(seed);
  }

  get signal(): AbortSignal {
    return this.stop.signal;
  }

  listen(at: Address): Listener {
    return this.#network.listen(at);
  }

  /** The IP address that others see when this host connects. */
  ip = "127.0.0.1";

  connect(to: Address): Promise<Socket> {
    return this.#network.connect(to, this.ip);
  }

  connectLocal(path: string): Promise<Socket> {
    return this.#network.connectLocal(path);
  }

  /** The web servers of this world: what they answer, or an error if they do not. */
  onPost: (request: HttpRequest) => Promise<HttpResponse> = ({ url }) =>
    Promise.reject(new OperatorError("peer", `Cannot ask ${new URL(url).origin}: refused`));

  post(request: HttpRequest): Promise<HttpResponse> {
    const { url, timeoutMs, maxBytes, signal } = request;
    const { promise, resolve, reject } = Promise.withResolvers<HttpResponse>();
    const fail = (why: string): void =>
      reject(new OperatorError("peer", `Cannot ask ${new URL(url).origin}: ${why}`));
    const over = new AbortController();
    const onAbort = (): void => fail("given up");
    if (signal?.aborted) onAbort();
    signal?.addEventListener("abort", onAbort, { once: true });
    void this.clock.sleep(timeoutMs, over.signal).then(() =>
      fail(`no answer within ${timeoutMs / 1_000} s`)
    );
    this.onPost(request).then((response) => {
      if (response.body.length > maxBytes) fail(`the answer exceeds ${maxBytes} bytes`);
      else resolve(response);
    }, reject);
    return promise.finally(() => {
      over.abort();
      signal?.removeEventListener("abort", onAbort);
    });
  }

  /** Who answers requests, by port. */
  readonly web = new Map<number, HttpHandler>();

  serveHttp(at: Address, handle: HttpHandler): HttpServer {
    const address = { ...at, port: at.port || 8_080 };
    this.web.set(address.port, handle);
    return {
      address,
      close: () => {
        this.web.delete(address.port);
        return Promise.resolve();
      },
    };
  }

  /** What was logged under `event`. */
  logged(event: string): LogFields[] {
    return this.lines.filter((line) => line.event === event).map(({ fields }) => fields);
  }
}

/** Time passes only in {@link FakeClock.advance}. */
export class FakeClock implements Clock {
  #now = 1_000;
  #unix = 1_700_000_000;
  #sleepers: { at: number; wake: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  unix(): number {
    return this.#unix + Math.floor((this.#now - 1_000) / 1_000);
  }

  /** Sets the wall clock without letting time pass. */
  setUnix(seconds: number): void {
    this.#unix = seconds - Math.floor((this.#now - 1_000) / 1_000);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper = { at: this.#now + ms, wake: done };
      const drop = (): void => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        done();
      };
      function done(): void {
        signal?.removeEventListener("abort", drop);
        resolve();
      }
      signal?.addEventListener("abort", drop, { once: true });
      this.#sleepers.push(sleeper);
    });
  }

  /** Lets `ms` pass: wakes sleepers in order, and lets everything they set off happen. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (;;) {
      this.#sleepers.sort((a, b) => a.at - b.at);
      const [next] = this.#sleepers;
      if (next === undefined || next.at > end) break;
      this.#sleepers.shift();
      this.#now = Math.max(this.#now, next.at);
      next.wake();
      await settle();
    }
    this.#now = end;
  }
}

/** Lets every promise that can go on go on. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Ports of this network; connections are pipes. */
export class FakeNetwork {
  /** By port, or by the path of a Unix socket. */
  readonly #listeners = new Map<number | string, Queue<Socket>>();
  /** Cuts what is written into pieces of at most this many bytes. */
  chunk = Infinity;
  /** Bytes that may be on their way; whoever writes more waits until they are read. */
  capacity = Infinity;
  /** Whether {@link FakeNetwork.wire} has it all; a long test would rather not keep it. */
  keepsWire = true;
  readonly #wire: Uint8Array[] = [];
  #nextPort = 50_000;

  listen({ hostname, port }: Address): Listener {
    if (this.#listeners.has(port)) {
      throw new OperatorError("failure", `Cannot listen on ${hostname}:${port}: taken`);
    }
    return { address: { hostname, port }, ...this.#listen(port) };
  }

  /** Listens on a Unix socket, in the place of who did so before. */
  listenLocal(path: string): Omit<Listener, "address"> {
    return this.#listen(path);
  }

  connect({ hostname, port }: Address, ip: string): Promise<Socket> {
    const queue = this.#listeners.get(port);
    if (queue === undefined) {
      return Promise.reject(new OperatorError("peer", `Cannot connect to ${hostname}:${port}`));
    }
    const [ours, theirs] = this.pipe(`${ip}:${this.#nextPort++}`, `${hostname}:${port}`);
    queue.put(theirs);
    return Promise.resolve(ours);
  }

  connectLocal(path: string): Promise<Socket> {
    const queue = this.#listeners.get(path);
    if (queue === undefined) {
      return Promise.reject(new OperatorError("peer", `Cannot connect to ${path}: no such file`));
    }
    const [ours, theirs] = this.pipe("local", path);
    queue.put(theirs);
    return Promise.resolve(ours);
  }

  /** Every byte that was ever written, in order. */
  wire(): Uint8Array {
    return Uint8Array.from(this.#wire.flatMap((bytes) => [...bytes]));
  }

  #listen(place: number | string): Omit<Listener, "address"> {
    const queue = new Queue<Socket>();
    this.#listeners.set(place, queue);
    return {
      close: () => {
        if (this.#listeners.get(place) === queue) this.#listeners.delete(place);
        queue.end();
      },
      async *[Symbol.asyncIterator]() {
        for (;;) {
          const socket = await queue.take();
          if (socket === undefined) return;
          yield socket;
        }
      },
    };
  }

  /** Two ends of one connection. */
  pipe(clientName: string, serverName: string): [client: Socket, server: Socket] {
    const up = new Pipe();
    const down = new Pipe();
    const names = { client: clientName, server: serverName };
    return [
      this.#end(down, up, { peer: names.server, local: names.client }),
      this.#end(up, down, { peer: names.client, local: names.server }),
    ];
  }

  #end(
    incoming: Pipe,
    outgoing: Pipe,
    names: Pick<Socket, "peer" | "local">,
  ): Socket {
    let left = new Uint8Array();
    return {
      ...names,
      read: async (buffer) => {
        if (left.length === 0) {
          const next = await incoming.take();
          if (next === undefined) return null;
          incoming.taken(next.length);
          left = next.slice();
        }
        const length = Math.min(left.length, buffer.length, this.chunk);
        buffer.set(left.subarray(0, length));
        left = left.subarray(length);
        return length;
      },
      write: (bytes) => {
        if (outgoing.ended) return Promise.reject(new Error("broken pipe"));
        outgoing.put(bytes.slice());
        if (this.keepsWire) this.#wire.push(bytes.slice());
        return outgoing.sent(bytes.length, this.capacity);
      },
      close() {
        incoming.end();
        outgoing.end();
      },
    };
  }
}

/** Items in order; taking waits for one. */
class Queue<T> {
  readonly #items: T[] = [];
  #waiting: ((item: T | undefined) => void)[] = [];
  ended = false;

  put(item: T): void {
    const waiter = this.#waiting.shift();
    if (waiter) waiter(item);
    else this.#items.push(item);
  }

  take(): Promise<T | undefined> {
    if (this.#items.length > 0) return Promise.resolve(this.#items.shift());
    if (this.ended) return Promise.resolve(undefined);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  end(): void {
    this.ended = true;
    for (const waiter of this.#waiting) waiter(undefined);
    this.#waiting = [];
  }
}

/** One direction of a connection. */
class Pipe extends Queue<Uint8Array> {
  #onItsWay = 0;
  #writers: { readonly capacity: number; readonly go: () => void }[] = [];

  /** So many bytes were put in. Resolves when no more than `capacity` are on their way. */
  sent(bytes: number, capacity: number): Promise<void> {
    this.#onItsWay += bytes;
    return new Promise((go) => {
      this.#writers.push({ capacity, go });
      this.taken(0);
    });
  }

  /** So many bytes were read. */
  taken(bytes: number): void {
    this.#onItsWay -= bytes;
    const waiting = this.#writers.filter(({ capacity }) => this.#onItsWay > capacity);
    const gone = this.#writers.filter((writer) => !waiting.includes(writer));
    this.#writers = waiting;
    for (const { go } of gone) go();
  }

  override end(): void {
    super.end();
    this.taken(Infinity);
  }
}

/** A log that keeps its lines. */
export function recordingLog(lines: Line[], carried: LogFields = {}): Log {
  const at = (level: Line["level"]) => (event: string, fields: LogFields = {}): void =>
    void lines.push({ level, event, fields: { ...carried, ...fields } });
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    with: (fields) => recordingLog(lines, { ...carried, ...fields }),
  };
}

/** The same bytes for the same seed: xorshift32, good enough for tests and nothing else. */
export function seededRandom(seed: number): Random {
  let state = (seed * 2_654_435_761) >>> 0 || 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state & 0xff;
  };
  return { bytes: (length) => Uint8Array.from({ length }, next) };
}

function memoryFiles(disk: Map<string, Uint8Array>): Files {
  return {
    read: (path) => Promise.resolve(disk.get(path)?.slice()),
    writeDurable(path, bytes) {
      disk.set(path, bytes.slice());
      return Promise.resolve();
    },
    append(path, bytes) {
      disk.set(path, Uint8Array.from([...disk.get(path) ?? [], ...bytes]));
      return Promise.resolve();
    },
    list: (directory) =>
      Promise.resolve(
        [...disk.keys()].filter((path) => path.startsWith(`${directory}/`))
          .map((path) => path.slice(directory.length + 1)).sort(),
      ),
    remove(path) {
      disk.delete(path);
      return Promise.resolve();
    },
  };
}

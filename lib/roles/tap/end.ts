import { reasonOf } from "../../errors.ts";
import type { Clock, Socket } from "../../ports.ts";
import type { Instant } from "../../time.ts";
import { Ended } from "./ended.ts";

/** One end of a passage: a socket that says whose it is when it ends. */
export class End {
  readonly of: "client" | "server";
  readonly #socket: Socket;
  readonly #clock: Clock;
  #writingSince: Instant | undefined;

  constructor(of: "client" | "server", socket: Socket, clock: Clock) {
    this.of = of;
    this.#socket = socket;
    this.#clock = clock;
  }

  /** When what is being written was begun: for so long it has not been read. */
  get writingSince(): Instant | undefined {
    return this.#writingSince;
  }

  /** @returns Bytes read. @throws {Ended} If there are no more. */
  async read(into: Uint8Array): Promise<number> {
    const length = await this.#socket.read(into).catch((error) => this.#broke(error));
    if (length === null) throw new Ended(this.of, `closed by the ${this.of}`);
    return length;
  }

  /** Reads until `into` is full. @param onBytes Told of each piece as it comes. @throws {Ended} */
  async fill(into: Uint8Array, onBytes: (piece: Uint8Array) => void = () => {}): Promise<void> {
    for (let have = 0; have < into.length;) {
      const length = await this.read(into.subarray(have));
      onBytes(into.subarray(have, have + length));
      have += length;
    }
  }

  /** Resolves when everything is on its way; waiting on it holds the other end back. @throws {Ended} */
  async write(bytes: Uint8Array): Promise<void> {
    this.#writingSince = this.#clock.now();
    try {
      await this.#socket.write(bytes);
    } catch (error) {
      this.#broke(error);
    } finally {
      this.#writingSince = undefined;
    }
  }

  close(): void {
    this.#socket.close();
  }

  #broke(error: unknown): never {
    throw new Ended(this.of, `lost the ${this.of}: ${reasonOf(error)}`, { how: "rst" });
  }
}

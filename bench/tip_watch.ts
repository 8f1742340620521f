import { displayHash } from "../lib/bitcoin/header.ts";
import { connect } from "../lib/host/tcp.ts";
import { OpenExtendedMiningChannel, SetNewPrevHash } from "../lib/messages/mining.ts";
import {
  CoinbaseOutputConstraints,
  SetNewPrevHash as TemplateSetNewPrevHash,
} from "../lib/messages/template.ts";
import type { Socket } from "../lib/ports.ts";
import { RawClient } from "../tests/support/raw_client.ts";

/** What kind of server is watched. */
export type Watched = "template provider" | "pool";

/** A client that notes when it has all of a SetNewPrevHash. */
export class TipWatch {
  /** Milliseconds of `performance.now()`, by the block that was named, as people read it. */
  readonly arrivals = new Map<string, number>();
  readonly #what: Watched;
  #raw: RawClient | undefined;
  #readAt = NaN;
  #seen = 0;

  private constructor(what: Watched) {
    this.#what = what;
  }

  /** Connects, and asks for work. */
  static async on(what: Watched, port: number): Promise<TipWatch> {
    const watch = new TipWatch(what);
    const socket = await connect({ hostname: "127.0.0.1", port }, 5_000);
    const raw = await RawClient.handshake(watch.#timed(socket));
    watch.#raw = raw;
    await raw.setup({ protocol: what === "pool" ? 0 : 2 });
    if (what === "pool") {
      await raw.send(OpenExtendedMiningChannel, {
        requestId: 1,
        userIdentity: "watch.tips",
        nominalHashRate: 1e6,
        maxTarget: (1n << 256n) - 1n,
        minExtranonceSize: 4,
      });
    } else {
      await raw.send(CoinbaseOutputConstraints, {
        coinbaseOutputMaxAdditionalSize: 100,
        coinbaseOutputMaxAdditionalSigops: 4,
      });
    }
    return watch;
  }

  /** Whether the server has hung up. */
  get closed(): boolean {
    return this.#raw?.closed ?? false;
  }

  close(): void {
    this.#raw?.socket.close();
  }

  #timed(socket: Socket): Socket {
    return {
      ...socket,
      read: async (buffer) => {
        // What the last read brought has been decrypted when the next one is asked for.
        this.#look();
        const length = await socket.read(buffer);
        this.#readAt = performance.now();
        return length;
      },
    };
  }

  #look(): void {
    const message = this.#what === "pool" ? SetNewPrevHash : TemplateSetNewPrevHash;
    const { received = [] } = this.#raw ?? {};
    for (const { msgType, payload } of received.slice(this.#seen)) {
      if (msgType !== message.id) continue;
      const hash = displayHash(message.decode(payload).value.prevHash);
      if (!this.arrivals.has(hash)) this.arrivals.set(hash, this.#readAt);
    }
    this.#seen = received.length;
  }
}

import type { Micros } from "../../capture/capture.ts";
import { Quantiles, type Summary } from "./quantiles.ts";

/** Microseconds after the first that a message may be sent and still be the same news. */
const SAME_NEWS = 10_000_000;
/** News that are under way at a time. */
const MOST_OPEN = 64;

/** Who is told. */
interface Receiver {
  /** Since when it is there. */
  readonly opened: { readonly time: Micros };
}

interface News {
  readonly first: Micros;
  last: Micros;
  readonly receivers: Set<Receiver>;
}

/** How far apart a server tells the same to all that are to know it: from the first to the last. */
export class Spread {
  /** Oldest first. */
  readonly #open = new Map<string, News>();
  readonly #seconds = new Quantiles();
  readonly #receivers = new Quantiles();

  /**
   * @param key The same for the same news of the same server.
   * @param receiver Who was told; only its first time counts.
   */
  told(key: string, receiver: Receiver, time: Micros): void {
    const news = this.#open.get(key);
    if (news !== undefined) {
      // Who has come since is told when it comes.
      if (time - news.first > SAME_NEWS || receiver.opened.time > news.first) return;
      if (news.receivers.has(receiver)) return;
      news.last = Math.max(news.last, time);
      news.receivers.add(receiver);
      return;
    }
    this.#open.set(key, { first: time, last: time, receivers: new Set([receiver]) });
    for (const [oldest, old] of this.#open) {
      if (this.#open.size <= MOST_OPEN && time - old.first <= 2 * SAME_NEWS) return;
      this.#open.delete(oldest);
      count(old, this.#seconds, this.#receivers);
    }
  }

  /** In seconds, and in receivers. Of what more than one was told. */
  report(): { readonly seconds: Summary; readonly receivers: Summary } | undefined {
    const [all, receiving] = [this.#seconds.copy(), this.#receivers.copy()];
    for (const news of this.#open.values()) count(news, all, receiving);
    const seconds = all.summary(1e6);
    const receivers = receiving.summary();
    return seconds && receivers && { seconds, receivers };
  }
}

function count({ first, last, receivers }: News, spreads: Quantiles, receiving: Quantiles): void {
  if (receivers.size < 2) return;
  spreads.add(last - first);
  receiving.add(receivers.size);
}

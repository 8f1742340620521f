import { equalBytes } from "../../bitcoin/bytes.ts";
import type { TipInit } from "../../channel/tips.ts";
import type { Log } from "../../telemetry/log.ts";
import type { FeedListener, TemplateFeed } from "./feed.ts";
import type { TemplateWork } from "./work.ts";

/** Who makes jobs of templates. */
export interface WorkSink {
  /** Work for a tip that is yet to come. */
  futureWork(work: TemplateWork): void;
  /** Better work for the present tip. */
  activeWork(work: TemplateWork): void;
  /** A new tip, or the present one again. The work may have been a future one. */
  newTip(work: TemplateWork, tip: TipInit): void;
}

/** What else wants to know of providers. */
export interface ProviderWatcher {
  /** The provider can be sent solutions again. */
  providerReady(name: string): void;
  /** A provider has `prevHash` at the end of its chain. */
  tipSeen(prevHash: Uint8Array): void;
}

/**
 * Chooses between template providers: the first in order that is there and has work. If none is, the
 * last work goes on. A change of provider within one tip makes no share stale.
 */
export class Providers implements FeedListener {
  readonly #sink: WorkSink;
  readonly #watcher: ProviderWatcher;
  readonly #log: Log;
  /** In order of preference. */
  readonly #feeds: TemplateFeed[] = [];
  #chosen: TemplateFeed | undefined;
  #tip: TipInit | undefined;
  #anyReached = false;
  readonly #working = Promise.withResolvers<void>();

  constructor(options: {
    readonly sink: WorkSink;
    readonly watcher: ProviderWatcher;
    readonly log: Log;
  }) {
    this.#sink = options.sink;
    this.#watcher = options.watcher;
    this.#log = options.log;
  }

  /** Adds a provider, less preferred than those before. */
  add(feed: TemplateFeed): void {
    this.#feeds.push(feed);
  }

  /** Whose work is done now. */
  get chosen(): TemplateFeed | undefined {
    return this.#chosen;
  }

  /** Resolves when there is work for the first time. */
  get working(): Promise<void> {
    return this.#working.promise;
  }

  /** The provider of that name. */
  named(name: string): TemplateFeed | undefined {
    return this.#feeds.find((feed) => feed.name === name);
  }

  /** Whether any provider was ever connected to. */
  get anyReached(): boolean {
    return this.#anyReached;
  }

  ready(feed: TemplateFeed): void {
    this.#anyReached = true;
    this.#watcher.providerReady(feed.name);
  }

  futureTemplate(feed: TemplateFeed, work: TemplateWork): void {
    if (feed === this.#chosen) this.#sink.futureWork(work);
  }

  activeTemplate(feed: TemplateFeed, work: TemplateWork): void {
    if (feed === this.#chosen) this.#sink.activeWork(work);
  }

  newTip(feed: TemplateFeed, work: TemplateWork, tip: TipInit): void {
    this.#watcher.tipSeen(tip.prevHash);
    if (feed === this.#chosen) {
      this.#tip = tip;
      this.#sink.newTip(work, tip);
    } else if (this.#isBetter(feed)) this.#choose(feed);
  }

  lost(feed: TemplateFeed): void {
    if (feed !== this.#chosen) return;
    const next = this.#feeds.find((other) => other.isServing);
    if (next !== undefined) this.#choose(next);
  }

  #isBetter(feed: TemplateFeed): boolean {
    if (this.#chosen === undefined || !this.#chosen.isServing) return true;
    return this.#feeds.indexOf(feed) < this.#feeds.indexOf(this.#chosen);
  }

  #choose(feed: TemplateFeed): void {
    const { current } = feed;
    if (current === undefined) return;
    const { work, tip } = current;
    this.#log.info("provider.chosen", { provider: feed.name });
    this.#chosen = feed;
    this.#working.resolve();
    const same = this.#tip !== undefined && equalBytes(this.#tip.prevHash, tip.prevHash);
    this.#tip = tip;
    if (same) this.#sink.activeWork(work);
    else this.#sink.newTip(work, tip);
    for (const future of feed.futures) this.#sink.futureWork(future);
  }
}

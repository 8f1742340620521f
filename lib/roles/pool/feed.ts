import type { TipInit } from "../../channel/tips.ts";
import { PeerError } from "../../errors.ts";
import type { Frame } from "../../frame/frame.ts";
import {
  CoinbaseOutputConstraints,
  NewTemplate,
  SetNewPrevHash,
  SubmitSolution,
} from "../../messages/template.ts";
import { type Peer, type Role, STOPPING } from "../../session/role.ts";
import type { Log } from "../../telemetry/log.ts";
import type { TemplateWork } from "./work.ts";

/** Future templates kept for the next tip; of more, the oldest is forgotten. */
export const MAX_FUTURE_TEMPLATES = 16;

/** Who is told what a provider says. */
export interface FeedListener {
  /** The provider can be sent solutions again. */
  ready(feed: TemplateFeed): void;
  /** Work for a tip that is yet to come. */
  futureTemplate(feed: TemplateFeed, work: TemplateWork): void;
  /** Better work for the tip of {@link TemplateFeed.current}. */
  activeTemplate(feed: TemplateFeed, work: TemplateWork): void;
  /** There is a new block; the work, a future template until now, builds on it. */
  newTip(feed: TemplateFeed, work: TemplateWork, tip: TipInit): void;
  lost(feed: TemplateFeed): void;
}

/** One template provider, and who hears what it says. */
export interface FeedOptions {
  readonly name: string;
  /** What the pool's coinbases add, SV2 §7.1. */
  readonly constraints: { readonly size: number; readonly sigops: number };
  /** @throws {PeerError} If the template is of no use. */
  readonly check: (template: NewTemplate) => void;
  readonly listener: FeedListener;
  readonly log: Log;
}

/**
 * The pool's side of one template provider, SV2 §7. What a provider says that makes no sense is
 * logged and changes nothing: jobs that are out are not taken back for it. When it is lost, what it
 * said last stays, and is replaced when it is back.
 */
export class TemplateFeed implements Role {
  readonly name: string;
  readonly #options: FeedOptions;
  #peer: Peer | undefined;
  /** Of this connection, oldest first. */
  readonly #futures = new Map<bigint, TemplateWork>();
  #current: { readonly work: TemplateWork; readonly tip: TipInit } | undefined;
  /** Whether `#current` is of this connection. */
  #fresh = false;

  constructor(options: FeedOptions) {
    this.name = options.name;
    this.#options = options;
  }

  /** Whether the provider is there and has said what to do. */
  get isServing(): boolean {
    return this.#peer !== undefined && this.#fresh;
  }

  /** The work to be done now, as far as the provider knows; the last known one if it is lost. */
  get current(): { readonly work: TemplateWork; readonly tip: TipInit } | undefined {
    return this.#current;
  }

  get futures(): Iterable<TemplateWork> {
    return this.#futures.values();
  }

  /** Sends a solution at once. @returns False if the provider is not there. */
  submit(solution: SubmitSolution): boolean {
    this.#peer?.send(SubmitSolution, solution);
    return this.#peer !== undefined;
  }

  connected(peer: Peer): void {
    this.#peer = peer;
    this.#futures.clear();
    this.#fresh = false;
    const { constraints: { size, sigops }, listener, log, name } = this.#options;
    peer.send(CoinbaseOutputConstraints, {
      coinbaseOutputMaxAdditionalSize: size,
      coinbaseOutputMaxAdditionalSigops: sigops,
    });
    log.info("provider.ready", { provider: name, address: peer.address });
    listener.ready(this);
  }

  received(_peer: Peer, frame: Frame): void {
    if (frame.msgType === NewTemplate.id) {
      this.#newTemplate(NewTemplate.decode(frame.payload).value);
    } else if (frame.msgType === SetNewPrevHash.id) {
      this.#setNewPrevHash(SetNewPrevHash.decode(frame.payload).value);
    }
  }

  settled(): void {}

  disconnected(_peer: Peer, reason: string): void {
    this.#peer = undefined;
    this.#futures.clear();
    if (reason !== STOPPING) {
      this.#options.log.warn("provider.lost", {
        provider: this.name,
        reason,
        hint: "miners go on with the last template",
      });
    }
    this.#options.listener.lost(this);
  }

  tick(): void {}

  #newTemplate(template: NewTemplate): void {
    const { templateId: id } = template;
    try {
      this.#options.check(template);
    } catch (error) {
      if (!(error instanceof PeerError)) throw error;
      return this.#refuse("template.refused", id, error.code);
    }
    const known = this.#fresh && this.#current?.work.template.templateId === id;
    if (known || this.#futures.has(id)) {
      return this.#refuse("template.refused", id, "its id is in use");
    }
    const work = { provider: this.name, template };
    if (template.futureTemplate) {
      this.#futures.set(id, work);
      for (const oldest of this.#futures.keys()) {
        if (this.#futures.size <= MAX_FUTURE_TEMPLATES) break;
        this.#futures.delete(oldest);
      }
      this.#options.listener.futureTemplate(this, work);
    } else if (this.#fresh && this.#current !== undefined) {
      this.#current = { work, tip: this.#current.tip };
      this.#options.listener.activeTemplate(this, work);
    } else this.#refuse("template.refused", id, "it is for a tip that was not told");
  }

  #setNewPrevHash(message: SetNewPrevHash): void {
    const { templateId, prevHash, headerTimestamp: minNtime, nBits, target } = message;
    const work = this.#futures.get(templateId);
    if (work === undefined) {
      return this.#refuse("tip.refused", templateId, "it names no future template");
    }
    const tip = { prevHash, minNtime, nBits, target };
    this.#futures.clear();
    this.#current = { work, tip };
    this.#fresh = true;
    this.#options.listener.newTip(this, work, tip);
  }

  #refuse(event: string, template: bigint, reason: string): void {
    this.#options.log.warn(event, { provider: this.name, template, reason });
  }
}

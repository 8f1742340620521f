import type { Connection } from "../../capture/capture.ts";
import type { Protocol } from "../../codec/message.ts";
import type { SetupConnection } from "../../messages/common.ts";
import type { SetNewPrevHash } from "../../messages/template.ts";
import type { Channel } from "./channel.ts";
import type { Prefixes } from "./prefixes.ts";
import type { Request } from "./request.ts";
import { type Sv1State, sv1State } from "./sv1.ts";
import type { Template } from "./template.ts";
import { type Moment, Timeline } from "./timeline.ts";

/** A machine that connections were made to. */
export interface ServerState {
  /** `address:port`. */
  readonly name: string;
  /** Of its live channels, on all connections. */
  readonly prefixes: Prefixes;
  connections: number;
}

/** Closed channels of a connection that are remembered. */
const MOST_CLOSED = 256;
/** Templates of a connection that are looked for by their ids. */
const MOST_TEMPLATES = 256;

/** A connection as it is known from what went by. */
export class ConnectionState {
  readonly id: number;
  /** Channels and groups; they share their numbers. SV2 §5.2.3 */
  readonly channels = new Map<number, Channel>();
  readonly #closed = new Map<number, Moment>();
  /** By kind and `request_id`. */
  readonly #requests = new Map<string, Request>();
  /** Oldest first. */
  readonly #templates = new Map<bigint, Template>();
  readonly sv1: Sv1State = sv1State();
  /** Extensions that both sides have agreed on. */
  readonly extensions = new Set<number>();
  /** RequestExtensions was sent and not answered. */
  negotiating: Moment | undefined;
  readonly templateTips = new Timeline<SetNewPrevHash>();
  /** Nothing that was said on it is missing. */
  isWhole: boolean;
  /** Entries seen on it. */
  entries = 0;
  firstUp: Moment | undefined;
  firstDown: Moment | undefined;
  /** Frames of the client that belong to a protocol and not to its set-up. */
  spoken = 0;
  setup: (Moment & { readonly value: SetupConnection }) | undefined;
  answer: { readonly accepted: boolean; readonly flags: number; readonly at: Moment } | undefined;
  constraints: Moment | undefined;
  /** Transaction data that was asked for: template ids. */
  readonly dataWanted = new Set<bigint>();
  lastTemplateId: bigint | undefined;
  /** A future template came since the last tip. */
  hasFuture = false;
  forgotTemplates = false;
  closed = false;

  constructor(readonly connection: Connection, readonly server: ServerState) {
    this.id = connection.id;
    this.isWhole = connection.isWhole;
  }

  /** What the connection is for; undefined as long as nothing tells. */
  get protocol(): Protocol | undefined {
    return PROTOCOLS[this.setup?.value.protocol ?? -1];
  }

  clientFlag(mask: number): boolean {
    return ((this.setup?.value.flags ?? 0) & mask) !== 0;
  }

  serverFlag(mask: number): boolean {
    return ((this.answer?.flags ?? 0) & mask) !== 0;
  }

  /** What waits for an answer. */
  get requests(): Iterable<Request> {
    return this.#requests.values();
  }

  request<K extends Request["kind"]>(
    kind: K,
    id: number,
  ): Extract<Request, { readonly kind: K }> | undefined {
    return this.#requests.get(`${kind}:${id}`) as
      | Extract<Request, { readonly kind: K }>
      | undefined;
  }

  ask(request: Request): void {
    this.#requests.set(`${request.kind}:${request.requestId}`, request);
  }

  /** It was answered, or forgotten. */
  drop(request: Request): void {
    const key = `${request.kind}:${request.requestId}`;
    if (this.#requests.get(key) === request) this.#requests.delete(key);
  }

  /** When the channel of this id ended, if there was one and none has taken its id since. */
  closedAt(channelId: number): Moment | undefined {
    return this.channels.has(channelId) ? undefined : this.#closed.get(channelId);
  }

  close(channel: Channel, at: Moment): void {
    this.channels.delete(channel.id);
    this.#closed.delete(channel.id);
    this.#closed.set(channel.id, at);
    for (const oldest of this.#closed.keys()) {
      if (this.#closed.size <= MOST_CLOSED) return;
      this.#closed.delete(oldest);
    }
  }

  get templates(): Iterable<Template> {
    return this.#templates.values();
  }

  template(id: bigint): Template | undefined {
    return this.#templates.get(id);
  }

  addTemplate(template: Template): void {
    this.#templates.delete(template.id);
    this.#templates.set(template.id, template);
    for (const oldest of this.#templates.keys()) {
      if (this.#templates.size <= MOST_TEMPLATES) return;
      this.#templates.delete(oldest);
      this.forgotTemplates = true;
    }
  }

  dropTemplate(template: Template): void {
    if (this.#templates.get(template.id) === template) this.#templates.delete(template.id);
    this.forgotTemplates = true;
  }
}

const PROTOCOLS: readonly Protocol[] = ["mining", "declaration", "template"];

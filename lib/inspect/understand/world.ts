import type { Channel } from "./channel.ts";
import { ConnectionState, type ServerState } from "./connection.ts";
import { FORGOTTEN, type Job, jobWeight } from "./job.ts";
import type { MemoryLimits } from "./limits.ts";
import { Memory } from "./memory.ts";
import { Prefixes } from "./prefixes.ts";
import { type Request, requestWeight } from "./request.ts";
import type { Share } from "./share.ts";
import { Shelf } from "./shelf.ts";
import type { Notified, Submitted } from "./sv1.ts";
import { pathKey, type Template, templateWeight } from "./template.ts";
import type { Moment } from "./timeline.ts";
import type { Token } from "./token.ts";
import type { Connection } from "../../capture/capture.ts";

/** Alike things that are looked at to find one. */
const MOST_ALIKE = 16;

/** Everything that is known of what went by, on all connections, as far as there is room. */
export class World {
  readonly connections = new Map<number, ConnectionState>();
  readonly tokens = new Map<string, Token>();
  readonly jobsByPath = new Shelf<Job>(MOST_ALIKE);
  readonly templatesByPath = new Shelf<Template>(MOST_ALIKE);
  readonly sharesByNonce = new Shelf<Share>(MOST_ALIKE);
  readonly submitsByNonce = new Shelf<Submitted>(MOST_ALIKE);
  readonly #servers = new Map<string, ServerState>();
  readonly #connections: Memory<ConnectionState>;
  readonly #channels: Memory<Channel>;
  readonly #jobs: Memory<Job>;
  readonly #waiting: Memory<Share>;
  readonly #recent: Memory<Share>;
  readonly #requests: Memory<Request>;
  readonly #templates: Memory<Template>;
  readonly #tokens: Memory<Token>;
  readonly #lines: Memory<Notified | Submitted>;
  /** `nBits` that was seen last: tells networks apart. */
  nBits: number | undefined;
  order = 0;
  #lastDropped = 0;

  constructor(limits: MemoryLimits) {
    this.#connections = new Memory({ count: limits.connections }, (on) => this.drop(on));
    this.#channels = new Memory({ count: limits.channels }, (channel) => {
      // What is said on it from now on cannot be told from what is said on none.
      channel.on.isWhole = false;
      this.#forgetChannel(channel);
    });
    this.#jobs = new Memory({ count: limits.jobs, weight: limits.jobBytes }, (job) => {
      job.to.forgotJobs = true;
      this.#unhang(job);
    });
    this.#waiting = new Memory({ count: limits.waitingShares }, ({ channel, order }) => {
      channel.isWhole = false;
      channel.waiting.delete(order);
    });
    this.#recent = new Memory({ count: limits.recentShares }, (share) => {
      this.sharesByNonce.take(nonceKey(share), share);
    });
    this.#requests = new Memory(
      { count: limits.requests, weight: limits.requestBytes },
      (request) => {
        request.on.isWhole = false;
        request.on.drop(request);
      },
    );
    this.#templates = new Memory(
      { count: limits.templates, weight: limits.templateBytes },
      (template) => this.#unhangTemplate(template),
    );
    this.#tokens = new Memory(
      { count: limits.tokens, weight: limits.tokenBytes },
      (token) => this.#unhangToken(token),
    );
    this.#lines = new Memory({ count: limits.lines }, (line) => {
      if (line.kind === "notified") line.on.sv1.jobs.delete(line.id);
      else this.submitsByNonce.take(nonceKey(line), line);
    });
  }

  /** How much was forgotten for want of room, by kind; only what was. */
  get forgotten(): Readonly<Record<string, number>> {
    const counts = {
      connections: this.#connections.forgotten,
      channels: this.#channels.forgotten,
      jobs: this.#jobs.forgotten,
      shares: this.#waiting.forgotten,
      requests: this.#requests.forgotten,
      templates: this.#templates.forgotten,
      tokens: this.#tokens.forgotten,
    };
    return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
  }

  /** The connection of an entry; as one whose beginning is missing, if it was forgotten. */
  on(connection: Connection): ConnectionState {
    const name = `${connection.server.address}:${connection.server.port}`;
    const known = this.connections.get(connection.id);
    if (known?.server.name === name) return known;
    // Who dialled was found out, before anything was said.
    if (known !== undefined) this.#leave(known);
    const server = this.#servers.get(name) ?? { name, prefixes: new Prefixes(), connections: 0 };
    this.#servers.set(name, server);
    server.connections++;
    const on = new ConnectionState(connection, server);
    // What was said on it before was forgotten.
    if (connection.id <= this.#lastDropped) on.isWhole = false;
    this.connections.set(on.id, on);
    this.#connections.remember(on);
    return on;
  }

  /** The connection has ended: nothing that was on it lives any more. */
  end(on: ConnectionState): void {
    for (const channel of [...on.channels.values()]) this.#forgetChannel(channel);
    for (const request of [...on.requests]) this.answered(request);
    // Should anything be said on it after all, it will be about things that are not known.
    on.isWhole = false;
    on.forgotTemplates = true;
  }

  /** There is no room for the connection. */
  drop(on: ConnectionState): void {
    this.#lastDropped = Math.max(this.#lastDropped, on.id);
    this.#leave(on);
  }

  #leave(on: ConnectionState): void {
    if (this.connections.get(on.id) !== on) return;
    this.connections.delete(on.id);
    this.#connections.release(on);
    this.end(on);
    if (--on.server.connections === 0) this.#servers.delete(on.server.name);
  }

  /** Something that was said is not known: what is known of before may be wrong now. */
  breakOff(on: ConnectionState): void {
    on.isWhole = false;
    on.forgotTemplates = true;
    on.dataWanted.clear();
    on.negotiating = undefined;
    for (const request of [...on.requests]) this.answered(request);
    for (const channel of on.channels.values()) {
      // It may have been closed; or have got other jobs under these numbers, or another tip.
      if (channel.prefix !== undefined) on.server.prefixes.remove(channel.prefix, channel);
      this.#forgetWork(channel);
      channel.breakOff();
    }
  }

  addChannel(channel: Channel): void {
    const before = channel.on.channels.get(channel.id);
    if (before !== undefined) this.#forgetChannel(before);
    channel.on.channels.set(channel.id, channel);
    this.#channels.remember(channel);
  }

  /** Its end was told. */
  closeChannel(channel: Channel, at: Moment): void {
    channel.on.close(channel, at);
    this.#forgetChannel(channel);
  }

  addJob(job: Job): void {
    const before = job.to.jobs.get(job.id);
    if (before !== undefined) this.releaseJob(before);
    job.to.jobs.set(job.id, job);
    job.to.largestJobId = Math.max(job.to.largestJobId, job.id);
    const key = keyOf(job);
    if (key !== undefined) this.jobsByPath.put(key, job);
    this.#jobs.remember(job, jobWeight(job));
  }

  /** Nobody can mean it any more. */
  releaseJob(job: Job): void {
    this.#jobs.release(job);
    this.#unhang(job);
  }

  addShare(share: Share): void {
    share.channel.waiting.set(share.order, share);
    this.#waiting.remember(share);
    this.sharesByNonce.put(nonceKey(share), share);
    this.#recent.remember(share);
  }

  /** Its outcome is known. */
  settle(share: Share, outcome: "accepted" | "rejected"): void {
    share.outcome = outcome;
    share.channel.waiting.delete(share.order);
    this.#waiting.release(share);
  }

  ask(request: Request): void {
    const before = request.on.request(request.kind, request.requestId);
    if (before !== undefined) this.#requests.release(before);
    request.on.ask(request);
    this.#requests.remember(request, requestWeight(request));
  }

  answered(request: Request): void {
    request.on.drop(request);
    this.#requests.release(request);
  }

  addTemplate(template: Template): void {
    const before = template.on.template(template.id);
    if (before !== undefined) {
      this.#templates.release(before);
      this.#unhangTemplate(before);
    }
    template.on.addTemplate(template);
    this.templatesByPath.put(pathKey(template.value?.merklePath ?? []), template);
    this.#templates.remember(template, templateWeight(template));
  }

  addToken(token: Token): void {
    const before = this.tokens.get(token.hex);
    if (before !== undefined) this.#tokens.release(before);
    this.tokens.set(token.hex, token);
    this.#tokens.remember(token, token.outputs?.length ?? 0);
  }

  addSubmitted(submitted: Submitted): void {
    this.submitsByNonce.put(nonceKey(submitted), submitted);
    this.#lines.remember(submitted);
  }

  addNotified(notified: Notified): void {
    const { jobs } = notified.on.sv1;
    const before = jobs.get(notified.id);
    if (before !== undefined) this.#lines.release(before);
    jobs.set(notified.id, notified);
    this.#lines.remember(notified);
  }

  #forgetChannel(channel: Channel): void {
    this.#channels.release(channel);
    if (channel.on.channels.get(channel.id) === channel) channel.on.channels.delete(channel.id);
    if (channel.prefix !== undefined) channel.on.server.prefixes.remove(channel.prefix, channel);
    this.#forgetWork(channel);
    channel.group?.members.delete(channel);
    for (const member of channel.members) member.group = undefined;
    channel.members.clear();
  }

  #forgetWork(channel: Channel): void {
    for (const job of [...channel.jobs.values()]) this.releaseJob(job);
    for (const share of channel.waiting.values()) this.#waiting.release(share);
    channel.waiting.clear();
  }

  #unhang(job: Job): void {
    if (job.to.jobs.get(job.id) === job) job.to.jobs.delete(job.id);
    const key = keyOf(job);
    if (key !== undefined) this.jobsByPath.take(key, job);
    job.work = FORGOTTEN;
  }

  #unhangTemplate(template: Template): void {
    template.on.dropTemplate(template);
    this.templatesByPath.take(pathKey(template.value?.merklePath ?? []), template);
    template.value = undefined;
  }

  #unhangToken(token: Token): void {
    if (this.tokens.get(token.hex) === token) this.tokens.delete(token.hex);
  }
}

/** What both sides of a translator's share have in common. */
export function nonceKey(
  { nonce, ntime }: { readonly nonce: number; readonly ntime: number },
): string {
  return `${nonce}:${ntime}`;
}

function keyOf({ work }: Job): string | undefined {
  return work.kind === "standard" || work.kind === "forgotten"
    ? undefined
    : pathKey(work.merklePath);
}

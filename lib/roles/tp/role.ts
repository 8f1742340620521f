/**
 * The template provider, SV2 §7, as a machine. Clients' messages and the node's events go in; templates
 * go out to the clients, and orders to the {@link Desk}: make a template, get its transactions, submit
 * a block.
 *
 * A template is sent because of what it is, not because of what led to it: on another tip than the
 * client knows it goes with SetNewPrevHash, on the same tip only if it pays enough more.
 *
 * @module
 */

import { equalBytes } from "../../bitcoin/bytes.ts";
import { displayHash } from "../../bitcoin/header.ts";
import { PeerError } from "../../errors.ts";
import type { Frame } from "../../frame/frame.ts";
import {
  CoinbaseOutputConstraints,
  RequestTransactionData,
  RequestTransactionDataError,
  SubmitSolution,
} from "../../messages/template.ts";
import type { NodeTemplate, Tip, Verdict } from "../../node/node.ts";
import type { Peer, Role } from "../../session/role.ts";
import type { Log } from "../../telemetry/log.ts";
import type { Instant } from "../../time.ts";
import { Client } from "./client.ts";
import type { TpPolicy } from "./config.ts";
import { Counter } from "./counter.ts";
import type { BuildOrder, Desk, FoundBlock, GatherOrder } from "./desk.ts";
import { transactionDataFrame } from "./frames.ts";
import { MAX_OUTPUTS_SIZE, shapeOf } from "./shape.ts";
import { Shelf } from "./shelf.ts";
import { checkSolution } from "./solution.ts";

/** Requests for transactions that one client may have under way. */
const MAX_GATHERING = 4;
/** Hashes remembered of blocks that were submitted. */
const MAX_SUBMITTED = 1_000;
/** Blocks on their way to the node: more come only where proof of work costs nothing. */
const MAX_PENDING = 64;

/** What a template provider is made of. */
export interface TpRoleOptions {
  readonly policy: TpPolicy;
  readonly desk: Desk;
  readonly log: Log;
  /** First `template_id`: above all of earlier runs. */
  readonly firstId: bigint;
}

/** The machine, see the module. Clients may say anything; only the desk's answers are believed. */
export class TpRole implements Role {
  readonly #policy: TpPolicy;
  readonly #desk: Desk;
  readonly #log: Log;
  readonly #shelf: Shelf;
  readonly #clients = new Map<number, Client>();
  readonly #counters = new Map<string, Counter>();
  /** Hashes of blocks on their way to the node, or there already. */
  readonly #submitted = new Set<string>();
  /** Blocks that the node has not answered yet. */
  #pending = 0;
  /** Tips that the node told of. */
  #generation = 0;
  #tip: Tip | undefined;
  /** Since when there is no node; undefined while there is. */
  #downSince: Instant | undefined;

  constructor({ policy, desk, log, firstId }: TpRoleOptions) {
    this.#policy = policy;
    this.#desk = desk;
    this.#log = log;
    this.#shelf = new Shelf(policy, firstId);
  }

  connected(peer: Peer, now: Instant): void {
    this.#clients.set(peer.id, new Client(peer, now));
    this.#log.info("client.connected", {
      peer: peer.address,
      vendor: peer.session.setup.vendor,
      firmware: peer.session.setup.firmware,
    });
  }

  received(peer: Peer, frame: Frame, now: Instant): void {
    const client = this.#clients.get(peer.id);
    if (client === undefined) return;
    switch (frame.msgType) {
      case CoinbaseOutputConstraints.id:
        return this.#constrain(client, frame.payload, now);
      case RequestTransactionData.id:
        return this.#request(client, frame.payload, now);
      case SubmitSolution.id:
        return this.#solve(client, frame.payload, now);
    }
  }

  settled(): void {}

  disconnected(peer: Peer, reason: string): void {
    const client = this.#clients.get(peer.id);
    if (client === undefined) return;
    this.#leave(client);
    this.#clients.delete(peer.id);
    this.#log.info("client.disconnected", { peer: peer.address, reason });
  }

  tick(now: Instant): void {
    this.#shelf.tick(now);
    if (this.#downSince === undefined) {
      for (const counter of this.#counters.values()) counter.tick(this.#generation, now);
    } else if (now - this.#downSince > this.#policy.nodeGraceMs) {
      for (const { peer } of this.#clients.values()) peer.close("no templates: the node is down");
    }
    for (const { peer, shape, since } of this.#clients.values()) {
      if (shape !== undefined || now - since < this.#policy.constraintsTimeoutMs) continue;
      peer.close("no CoinbaseOutputConstraints came");
    }
  }

  /** The node can be asked, from the start or again. */
  nodeUp(tip: Tip, now: Instant): void {
    this.#downSince = undefined;
    this.#log.info("node.up", { height: tip.height, tip: displayHash(tip.hash) });
    this.#follow(tip, now);
  }

  nodeDown(reason: string, now: Instant): void {
    this.#downSince ??= now;
    this.#log.warn("node.down", { reason, hint: "clients stay as they are for a while" });
  }

  /** Blocks must be built on `tip` from now on. */
  tipChanged(tip: Tip, now: Instant): void {
    this.#log.info("tip.changed", {
      height: tip.height,
      tip: displayHash(tip.hash),
      nBits: tip.nBits.toString(16),
    });
    this.#follow(tip, now);
  }

  /** The node's pool may pay more than before. */
  feesChanged(now: Instant): void {
    for (const counter of this.#counters.values()) counter.feesChanged(this.#generation, now);
  }

  templated(order: BuildOrder, template: NodeTemplate, now: Instant): void {
    const { shape, empty } = order;
    const counter = this.#counters.get(shape.key);
    if (counter === undefined) {
      template.release();
      return;
    }
    const outdated = order.generation !== this.#generation && this.#tip !== undefined &&
      !equalBytes(template.prevHash, this.#tip.hash);
    const [tip, generation] = [this.#tip?.hash, this.#generation];
    counter.templated(template, { generation, tip, outdated, empty, now });
  }

  untemplated({ shape, empty }: BuildOrder, reason: string, now: Instant): void {
    const counter = this.#counters.get(shape.key);
    if (counter === undefined) return;
    this.#log.warn("template.failed", { reason, reserved: shape.reservedWeight });
    const giveUp = counter.failed(this.#generation, empty, now);
    if (!giveUp || this.#downSince !== undefined) return;
    for (const { peer } of counter.clients) peer.close(`no template can be had: ${reason}`);
  }

  /** @param transactions Undefined if the node does not have them any more. */
  gathered(
    { work, peerId }: GatherOrder,
    transactions: readonly Uint8Array[] | undefined,
  ): void {
    const client = this.#clients.get(peerId);
    if (client === undefined) return;
    client.gathering--;
    if (transactions === undefined) return this.#cannot(client, work.id, "template-id-not-found");
    const frame = transactionDataFrame(work, transactions);
    if (frame === undefined) this.#cannot(client, work.id, "transaction-data-too-large");
    else client.peer.sendFrame(frame);
  }

  /** What the node said to a block. */
  judged(found: FoundBlock, verdict: Verdict, now: Instant): void {
    this.#pending--;
    const fields = {
      hash: displayHash(found.hash),
      height: found.template.height,
      peer: found.address,
      templateId: found.templateId,
    };
    if (verdict.outcome !== "refused") {
      const { outcome } = verdict;
      this.#log.info(outcome === "side" ? "block.side" : "block.accepted", { ...fields, outcome });
      return;
    }
    this.#log.error("block.refused", { ...fields, reason: verdict.reason });
    const client = this.#clients.get(found.peerId);
    if (client !== undefined) this.#mistake(client, "block-refused", now);
  }

  #follow(tip: Tip, now: Instant): void {
    this.#tip = tip;
    this.#generation++;
    this.#shelf.tipIs(tip.hash, now);
    for (const counter of this.#counters.values()) {
      counter.follow(this.#generation, tip.hash);
    }
  }

  #constrain(client: Client, payload: Uint8Array, now: Instant): void {
    const asked = CoinbaseOutputConstraints.decode(payload).value;
    if (!client.constraints.take(now)) throw new PeerError("too-many-constraints", "7.1");
    const shape = shapeOf(asked);
    if (shape === undefined) {
      this.#log.warn("client.refused", {
        peer: client.peer.address,
        size: asked.coinbaseOutputMaxAdditionalSize,
        hint: `a block has room for ${MAX_OUTPUTS_SIZE} bytes of coinbase outputs at most`,
      });
      throw new PeerError("coinbase-output-constraints-too-large", "7.1");
    }
    this.#leave(client);
    client.shape = shape;
    let counter = this.#counters.get(shape.key);
    if (counter === undefined) {
      counter = new Counter(shape, {
        desk: this.#desk,
        shelf: this.#shelf,
        policy: this.#policy,
        log: this.#log,
      });
      this.#counters.set(shape.key, counter);
    }
    counter.join(client, this.#generation, this.#tip?.hash, now);
  }

  #request(client: Client, payload: Uint8Array, now: Instant): void {
    const { templateId } = RequestTransactionData.decode(payload).value;
    if (client.shape === undefined) throw new PeerError("constraints-not-first", "7");
    if (!client.requests.take(now) || client.gathering >= MAX_GATHERING) {
      throw new PeerError("too-many-requests", "7.4");
    }
    const work = this.#shelf.get(templateId);
    if (work !== undefined && !this.#shelf.isStale(work, now)) {
      client.gathering++;
      this.#desk.gather({ work, peerId: client.peer.id });
      return;
    }
    const wasOurs = work !== undefined || this.#shelf.wasIssued(templateId);
    this.#cannot(client, templateId, wasOurs ? "stale-template-id" : "template-id-not-found");
  }

  #solve(client: Client, payload: Uint8Array, now: Instant): void {
    const solution = SubmitSolution.decode(payload).value;
    const { templateId } = solution;
    const work = this.#shelf.get(templateId);
    if (work === undefined) return this.#mistake(client, "template-id-not-found", now, templateId);
    const checked = checkSolution(work.template, solution);
    if (checked.fault !== undefined) return this.#mistake(client, checked.fault, now, templateId);
    const { header, hash, coinbase, mended } = checked;
    const fields = { hash: displayHash(hash), peer: client.peer.address, templateId };
    if (mended.length > 0) {
      this.#log.warn("solution.mended", {
        ...fields,
        faults: mended.join(" "),
        hint: "the coinbase was not the block's; the client's program has a fault and loses blocks",
      });
    }
    if (this.#submitted.has(fields.hash)) return this.#mistake(client, "repeated", now, templateId);
    if (this.#pending >= MAX_PENDING) return this.#mistake(client, "too-many", now, templateId);
    this.#pending++;
    this.#submitted.add(fields.hash);
    for (const oldest of this.#submitted) {
      if (this.#submitted.size <= MAX_SUBMITTED) break;
      this.#submitted.delete(oldest);
    }
    const { id: peerId, address } = client.peer;
    const { template } = work;
    this.#desk.submit({ template, templateId, header, hash, coinbase, peerId, address });
  }

  /** A solution that is none. Honest clients send few; whoever sends many is sent away. */
  #mistake(client: Client, reason: string, now: Instant, templateId?: bigint): void {
    const { peer } = client;
    this.#log.warn("solution.refused", { peer: peer.address, reason, templateId });
    if (!client.mistakes.take(now)) peer.close("too many solutions that prove nothing");
  }

  #cannot(client: Client, templateId: bigint, errorCode: string): void {
    client.peer.send(RequestTransactionDataError, { templateId, errorCode });
  }

  #leave(client: Client): void {
    const counter = client.shape && this.#counters.get(client.shape.key);
    if (counter === undefined) return;
    counter.clients.delete(client);
    if (counter.clients.size === 0) this.#counters.delete(counter.shape.key);
  }
}

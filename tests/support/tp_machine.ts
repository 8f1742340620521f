/**
 * The template provider's machine alone: peers and a node that only write down what they are told.
 *
 * @module
 */

import type { Fields, Message, Values } from "../../lib/codec/message.ts";
import {
  CoinbaseOutputConstraints,
  NewTemplate,
  RequestTransactionData,
  RequestTransactionDataError,
  RequestTransactionDataSuccess,
  SetNewPrevHash,
} from "../../lib/messages/template.ts";
import type { NodeTemplate } from "../../lib/node/node.ts";
import { DEFAULT_TP_POLICY, type TpPolicy } from "../../lib/roles/tp/config.ts";
import type { BuildOrder, Desk, FoundBlock, GatherOrder } from "../../lib/roles/tp/desk.ts";
import { TpRole } from "../../lib/roles/tp/role.ts";
import { type Line, recordingLog } from "./fake_host.ts";
import { FakePeer, frameOf } from "./fake_peer.ts";
import { SETUP } from "./raw_client.ts";

const REGTEST_BITS = 0x207f_ffff;

/** A machine, the orders it gave, the templates a test makes for it. */
export class TpMachine {
  readonly lines: Line[] = [];
  readonly builds: BuildOrder[] = [];
  readonly gathers: GatherOrder[] = [];
  readonly found: FoundBlock[] = [];
  readonly released: NodeTemplate[] = [];
  readonly role: TpRole;
  now = 0;

  constructor(policy: Partial<TpPolicy> = {}, { givesEmpty = false } = {}) {
    const desk: Desk = {
      givesEmpty,
      build: (order) => void this.builds.push(order),
      gather: (order) => void this.gathers.push(order),
      submit: (found) => void this.found.push(found),
    };
    this.role = new TpRole({
      policy: { ...DEFAULT_TP_POLICY, ...policy },
      desk,
      log: recordingLog(this.lines),
      firstId: 1n,
    });
  }

  /** Lets time pass, a tick each quarter second as the host has it. */
  pass(ms: number): void {
    for (const end = this.now + ms; this.now < end;) {
      this.now = Math.min(end, this.now + 250);
      this.role.tick(this.now);
    }
  }

  up(hash: number): void {
    this.role.nodeUp(tipOf(hash), this.now);
  }

  tip(hash: number, nBits?: number): void {
    this.role.tipChanged(tipOf(hash, nBits), this.now);
  }

  /** Connects a client; it asks for `size` bytes unless that is undefined. */
  client(size?: number): TpPeer {
    const peer = new TpPeer(this);
    this.role.connected(peer, this.now);
    if (size !== undefined) peer.ask(size);
    return peer;
  }

  /** Answers the oldest order with a template. */
  answer(hash: number, change: Partial<NodeTemplate> = {}): NodeTemplate {
    const order = this.builds.shift();
    if (order === undefined) throw new Error("nothing was ordered");
    const template = this.#template(hash, change);
    this.role.templated(order, template, this.now);
    return template;
  }

  fail(reason: string): void {
    const order = this.builds.shift();
    if (order === undefined) throw new Error("nothing was ordered");
    this.role.untemplated(order, reason, this.now);
  }

  #template(hash: number, change: Partial<NodeTemplate>): NodeTemplate {
    const template: NodeTemplate = {
      prevHash: new Uint8Array(32).fill(hash),
      height: 100 + hash,
      version: 0x2000_0000,
      nBits: REGTEST_BITS,
      time: 1_700_000_000,
      minTime: 1_700_000_000,
      coinbase: {
        version: 2,
        scriptSigPrefix: Uint8Array.of(1, 100 + hash),
        sequence: 0xffff_fffe,
        valueRemaining: 50n,
        outputCount: 0,
        outputs: new Uint8Array(),
        lockTime: 0,
        witnessReserved: new Uint8Array(32),
      },
      merklePath: [],
      fees: 0n,
      transactions: () => Promise.resolve([]),
      release: () => void this.released.push(template),
      ...change,
    };
    return template;
  }
}

/** A client of the machine, which hears at once when it is closed. */
export class TpPeer extends FakePeer {
  readonly frames: Uint8Array[] = [];
  readonly #machine: TpMachine;

  constructor(machine: TpMachine) {
    super({ session: { setup: { ...SETUP, protocol: 2 } } });
    this.#machine = machine;
  }

  override sendFrame(frame: Uint8Array): void {
    this.frames.push(frame);
  }

  override close(reason: string): void {
    if (this.closed !== undefined) return;
    super.close(reason);
    this.#machine.role.disconnected(this, reason);
  }

  ask(size: number): void {
    this.says(CoinbaseOutputConstraints, {
      coinbaseOutputMaxAdditionalSize: size,
      coinbaseOutputMaxAdditionalSigops: 0,
    });
  }

  request(templateId: bigint): void {
    this.says(RequestTransactionData, { templateId });
  }

  says<F extends Fields>(message: Message<F>, value: Values<F>): void {
    const { role, now } = this.#machine;
    role.received(this, frameOf(message, value), now);
  }

  get templates(): NewTemplate[] {
    return this.#all(NewTemplate);
  }

  get prevHashes(): SetNewPrevHash[] {
    return this.#all(SetNewPrevHash);
  }

  get successes(): RequestTransactionDataSuccess[] {
    return this.#all(RequestTransactionDataSuccess);
  }

  get errors(): RequestTransactionDataError[] {
    return this.#all(RequestTransactionDataError);
  }

  #all<F extends Fields>(message: Message<F>): Values<F>[] {
    return this.frames
      .filter((frame) => frame[2] === message.id)
      .map((frame) => message.decode(frame.subarray(6)).value);
  }
}

function tipOf(hash: number, nBits = REGTEST_BITS) {
  return { hash: new Uint8Array(32).fill(hash), height: 99 + hash, nBits };
}

import type { Frame } from "../../lib/frame/frame.ts";
import {
  CoinbaseOutputConstraints,
  NewTemplate,
  SetNewPrevHash,
  SubmitSolution,
} from "../../lib/messages/template.ts";
import { issueIdentity } from "../../lib/noise/certificate.ts";
import { publicKeyOf } from "../../lib/noise/crypto.ts";
import type { Address } from "../../lib/ports.ts";
import { TEMPLATE_LIMITS } from "../../lib/session/limits.ts";
import type { Peer, Role } from "../../lib/session/role.ts";
import { serve } from "../../lib/session/serve.ts";
import { FakeHost, type FakeNetwork } from "./fake_host.ts";
import { EASY_BITS, templateOf } from "./pool_stage.ts";

const AUTHORITY = new Uint8Array(32).fill(5);

/** Who may vouch for a {@link TestProvider}. */
export const PROVIDER_KEY: Uint8Array = publicKeyOf(AUTHORITY);

/** A template provider that says what a test tells it, to whoever has sent its constraints. */
export class TestProvider implements Role {
  readonly solutions: SubmitSolution[] = [];
  readonly constraints: CoinbaseOutputConstraints[] = [];
  /** Names of all messages that came, in order. */
  readonly heard: number[] = [];
  /** Of the chain. */
  nBits: number = EASY_BITS;
  #peers = new Set<Peer>();
  #served = new Set<Peer>();
  #templates = 0;
  #tip = 1;

  /** Serves on a network until `stop` is called. */
  static start(
    network: FakeNetwork,
    clock: FakeHost["clock"],
    listen: Address,
  ): { role: TestProvider; stop: () => Promise<void> } {
    const host = new FakeHost(network, listen.port);
    Object.assign(host, { clock });
    const role = new TestProvider();
    const unix = clock.unix();
    const identity = issueIdentity({
      authoritySecret: AUTHORITY,
      staticSecret: new Uint8Array(32).fill(6),
      validFrom: unix - 60,
      notValidAfter: unix + 1_000_000,
    });
    const { done } = serve({
      host,
      log: host.log,
      role,
      listen,
      identity: () => identity,
      policy: { protocol: 2, versions: [2, 2], flags: 0, extensions: [], requiredExtensions: [] },
      limits: TEMPLATE_LIMITS,
    });
    const stop = async (): Promise<void> => {
      host.stop.abort();
      await clock.advance(6_000);
      await done;
    };
    return { role, stop };
  }

  /** A new block, numbered `tip` in every byte of its hash, or with the hash given. */
  newBlock(tip: number | Uint8Array): void {
    const prevHash = typeof tip === "number" ? new Uint8Array(32).fill(tip) : tip;
    if (typeof tip === "number") this.#tip = tip;
    for (const peer of this.#served) this.#serve(peer, prevHash);
  }

  connected(peer: Peer): void {
    this.#peers.add(peer);
  }

  received(peer: Peer, { msgType, payload }: Frame): void {
    this.heard.push(msgType);
    if (msgType === CoinbaseOutputConstraints.id) {
      this.constraints.push(CoinbaseOutputConstraints.decode(payload).value);
      this.#served.add(peer);
      this.#serve(peer, new Uint8Array(32).fill(this.#tip));
    }
    if (msgType === SubmitSolution.id) this.solutions.push(SubmitSolution.decode(payload).value);
  }

  settled(): void {}

  disconnected(peer: Peer): void {
    this.#peers.delete(peer);
    this.#served.delete(peer);
  }

  tick(): void {}

  #serve(peer: Peer, prevHash: Uint8Array): void {
    const template = templateOf(++this.#templates);
    peer.send(NewTemplate, template);
    peer.send(SetNewPrevHash, {
      templateId: template.templateId,
      prevHash,
      headerTimestamp: 1_700_000_000,
      nBits: this.nBits,
      target: 1n,
    });
  }
}

import { bytesFromHex } from "../../lib/bitcoin/bytes.ts";
import { IpcNode } from "../../lib/node/ipc/ipc_node.ts";
import type { IpcNodeOptions } from "../../lib/node/ipc/options.ts";
import type { NodeEvent, NodeTemplate, SolvedBlock } from "../../lib/node/node.ts";
import { solveTemplate } from "../../lib/node/solve.ts";
import type { Socket } from "../../lib/ports.ts";
import { FakeCore, type FakeCoreOptions } from "./fake_core.ts";
import { FakeHost, FakeNetwork } from "./fake_host.ts";

export const CONSTRAINTS = { reservedWeight: 2_000, reservedSigops: 400 };
const ANYONE = bytesFromHex("51");

/** An {@link IpcNode} and the {@link FakeCore} it is to connect to, which does not listen yet. */
export class IpcBench implements AsyncDisposable {
  readonly host: FakeHost;
  readonly core: FakeCore;
  readonly node: IpcNode;
  readonly events: NodeEvent[] = [];
  readonly #stop = new AbortController();
  #done: Promise<void> | undefined;
  /** Times at which the node tried to connect. */
  readonly attempts: number[] = [];

  private constructor(options: Partial<IpcNodeOptions>, coreOptions: Partial<FakeCoreOptions>) {
    const network = new FakeNetwork();
    network.keepsWire = false;
    this.host = new FakeHost(network);
    const { clock, log } = this.host;
    this.core = new FakeCore({ network, clock, path: "node.sock", ...coreOptions });
    const connectLocal = (path: string): Promise<Socket> => {
      this.attempts.push(clock.now());
      return this.host.connectLocal(path);
    };
    this.node = new IpcNode({
      path: "node.sock",
      network: "regtest",
      host: { clock, log, connectLocal },
      ...options,
    });
    this.node.subscribe((event) => this.events.push(event));
  }

  /** With a chain of some blocks. */
  static async open(
    options: Partial<IpcNodeOptions> = {},
    coreOptions: Partial<FakeCoreOptions> = {},
  ): Promise<IpcBench> {
    const bench = new IpcBench(options, coreOptions);
    await bench.advance(100);
    return bench;
  }

  /** The same, up. */
  static async up(
    options: Partial<IpcNodeOptions> = {},
    coreOptions: Partial<FakeCoreOptions> = {},
  ): Promise<IpcBench> {
    const bench = await IpcBench.open(options, coreOptions);
    bench.core.start();
    await bench.run();
    return bench;
  }

  /** Lets the node connect. Rejects if it gives up at once. */
  async run(): Promise<void> {
    const done = this.node.run(this.#stop.signal);
    this.#done = done;
    await Promise.race([done, this.advance(10)]);
  }

  /** Lets time pass in small steps, so that all that is to happen happens. */
  async advance(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 50) await this.host.clock.advance(Math.min(50, left));
  }

  /** What the events are, `down` with its reason. */
  get told(): string[] {
    return this.events.map((event) => event.type === "down" ? `down: ${event.reason}` : event.type);
  }

  async solve(template?: NodeTemplate, tag = ""): Promise<SolvedBlock> {
    const what = template ?? await this.node.template(CONSTRAINTS);
    return solveTemplate(what, await what.transactions(), { payTo: ANYONE, tag });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.host.clock.advance(2_000);
    await this.#done?.catch(() => {});
    this.core.close();
  }
}

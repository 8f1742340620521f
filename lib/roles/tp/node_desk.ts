import { reasonOf, traceOf } from "../../errors.ts";
import type { Node } from "../../node/node.ts";
import type { Host } from "../../ports.ts";
import type { Log } from "../../telemetry/log.ts";
import type { BuildOrder, Desk, FoundBlock, GatherOrder } from "./desk.ts";
import type { TpRole } from "./role.ts";
import type { Submissions } from "./submissions.ts";

/** What stands behind the desk. */
export interface NodeDeskOptions {
  readonly node: Node;
  readonly submissions: Submissions;
  readonly host: Pick<Host, "clock" | "signal">;
  readonly log: Log;
}

/** Carries the machine's orders to a node and to where blocks go, and the answers back. */
export class NodeDesk implements Desk {
  readonly givesEmpty: boolean;
  readonly #options: NodeDeskOptions;
  #role: TpRole | undefined;

  constructor(options: NodeDeskOptions) {
    this.#options = options;
    this.givesEmpty = options.node.emptyTemplate !== undefined;
  }

  /** Answers go to `role`, and so do the node's events. */
  attach(role: TpRole): void {
    const { node, host: { clock, signal } } = this.#options;
    this.#role = role;
    node.subscribe((event) => {
      // A node that stops because everything stops is no news.
      if (signal.aborted) return;
      if (event.type === "up") role.nodeUp(event.tip, clock.now());
      if (event.type === "tip") role.tipChanged(event.tip, clock.now());
      if (event.type === "fees") role.feesChanged(clock.now());
      if (event.type === "down") role.nodeDown(event.reason, clock.now());
    });
  }

  build(order: BuildOrder): void {
    const { node, host: { clock } } = this.#options;
    const { shape } = order;
    const made = order.empty && node.emptyTemplate
      ? node.emptyTemplate(shape)
      : node.template(shape);
    made.then(
      (template) => {
        this.#role?.templated(order, template, clock.now());
        // A node that dies takes the transactions along, and a block on this template could not be made
        // any more: they are fetched before one is found. Who cannot have them now asks again then.
        template.transactions().catch(() => {});
      },
      (error) => this.#role?.untemplated(order, reasonOf(error), clock.now()),
    ).catch((error) => this.#fault(error));
  }

  gather(order: GatherOrder): void {
    order.work.template.transactions().then(
      (transactions) => this.#role?.gathered(order, transactions),
      (error) => {
        this.#options.log.warn("transactions.failed", { reason: reasonOf(error) });
        this.#role?.gathered(order, undefined);
      },
    ).catch((error) => this.#fault(error));
  }

  submit(found: FoundBlock): void {
    const { submissions, host: { clock } } = this.#options;
    submissions.found(found, (verdict) => this.#role?.judged(found, verdict, clock.now()));
  }

  /** A fault of ours; the next order may fare better. */
  #fault(error: unknown): void {
    this.#options.log.error("role.fault", { reason: traceOf(error) });
  }
}

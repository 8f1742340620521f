import { OperatorError } from "../../lib/errors.ts";
import type { Entry } from "../../lib/inspect/entry.ts";
import type { Filter } from "../../lib/inspect/filter/filter.ts";
import { findingText } from "../../lib/inspect/lint/linter.ts";
import { count } from "../../lib/inspect/show/summary.ts";
import { Understanding } from "../../lib/inspect/understanding.ts";
import { type OutputOptions, Printer } from "./printer.ts";

/** What is wanted of the entries, and how it is shown. */
export interface ViewOptions extends OutputOptions {
  readonly filter: Filter | undefined;
  readonly follow: string | undefined;
  readonly lint: boolean;
}

/** Where a view goes. */
export interface ViewOutput {
  /** Entries: one or more lines. */
  print(text: string): void;
  /** What is wrong with them: a line. */
  tell(line: string): void;
}

/** Shows those entries that are wanted, and what is wrong with any of them right when it is found. */
export class View {
  readonly #output: ViewOutput;
  readonly #printer: Printer;
  readonly #filter: Filter | undefined;
  readonly #understanding: Understanding | undefined;
  #all = 0;
  #shown = 0;

  constructor(output: ViewOutput, { filter, follow, lint, ...show }: ViewOptions) {
    this.#output = output;
    this.#printer = new Printer(output, show);
    this.#filter = filter;
    // Making sense of entries takes longer than showing them.
    this.#understanding = lint || follow !== undefined
      ? new Understanding({ lint, ...follow !== undefined && { follow } })
      : undefined;
  }

  take(entry: Entry): void {
    this.#all++;
    const { shown = [entry], findings = [] } = this.#understanding?.see(entry) ?? {};
    for (const each of shown) {
      if (this.#filter !== undefined && !this.#filter(each)) continue;
      this.#shown++;
      this.#printer.print(each);
    }
    if (findings.length === 0) return;
    this.#printer.flush();
    for (const finding of findings) this.#output.tell(findingText(finding).trimEnd());
  }

  /** Prints what is gathered: to be called before waiting for anything, and at the end. */
  flush(): void {
    this.#printer.flush();
  }

  /** What was left out, for the end of a summary; empty where nothing was. */
  leftOut(): string {
    return this.#shown === this.#all ? "" : `; ${this.#shown} of ${this.#all} lines are shown`;
  }

  /** @throws {OperatorError} If rules were broken that must not be. */
  judge(): void {
    const broken = this.#understanding?.broken.filter(({ level }) => level === "MUST") ?? [];
    if (broken.length === 0) return;
    const ids = broken.map(({ id }) => id).join(", ");
    throw new OperatorError(
      "test",
      `${count(broken.length, "rule")} broken that must hold: ${ids}`,
    );
  }
}

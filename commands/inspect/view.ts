import { OperatorError } from "../../lib/errors.ts";
import type { Entry } from "../../lib/inspect/entry.ts";
import { derivedText } from "../../lib/inspect/derive/derive.ts";
import type { Derived } from "../../lib/inspect/derive/derived.ts";
import type { Filter } from "../../lib/inspect/filter/filter.ts";
import { findingText } from "../../lib/inspect/lint/linter.ts";
import type { Finding } from "../../lib/inspect/lint/rule.ts";
import { derivedJson, findingJson } from "../../lib/inspect/show/sense_json.ts";
import { count } from "../../lib/inspect/show/summary.ts";
import { Understanding } from "../../lib/inspect/understanding.ts";
import { type OutputOptions, Printer } from "./printer.ts";

/** What is wanted of the entries, and how it is shown. */
export interface ViewOptions extends OutputOptions {
  readonly filter: Filter | undefined;
  readonly follow: string | undefined;
  readonly derived: boolean;
  readonly lint: boolean;
}

/** Where a view goes. */
export interface ViewOutput {
  /** Entries: one or more lines. */
  print(text: string): void;
  /** What is wrong with them: a line. */
  tell(line: string): void;
}

/** Where entries go instead of being printed. */
export interface Instead {
  /** @param entry One that is wanted, or a note, wanted or not. */
  write(entry: Entry): void;
}

/** Shows those entries that are wanted, and what is wrong with any of them right when it is found. */
export class View {
  readonly #output: ViewOutput;
  readonly #printer: Printer;
  readonly #filter: Filter | undefined;
  readonly #json: boolean;
  readonly #understanding: Understanding | undefined;
  readonly #instead: Instead | undefined;
  #all = 0;
  #shown = 0;

  constructor(
    output: ViewOutput,
    { filter, follow, derived, lint, ...show }: ViewOptions,
    instead?: Instead,
  ) {
    this.#output = output;
    this.#instead = instead;
    this.#printer = new Printer(output, show);
    this.#filter = filter;
    this.#json = show.json;
    // Making sense of entries takes longer than showing them.
    this.#understanding = lint || derived || follow !== undefined
      ? new Understanding({ lint, derive: derived, ...follow !== undefined && { follow } })
      : undefined;
  }

  take(entry: Entry): void {
    this.#all++;
    const understood = this.#understanding?.see(entry);
    for (const each of understood?.shown ?? [entry]) {
      const isWanted = this.#filter === undefined || this.#filter(each);
      if (isWanted || each.kind === "note") this.#instead?.write(each);
      if (!isWanted) continue;
      this.#shown++;
      if (this.#instead !== undefined) continue;
      this.#printer.print(each);
      if (each === entry) this.#derived(entry, understood?.derived ?? []);
    }
    for (const finding of understood?.findings ?? []) this.#finding(finding);
  }

  /** Prints what is gathered: to be called before waiting for anything, and at the end. */
  flush(): void {
    this.#printer.flush();
  }

  /** What was left out, for the end of a summary; empty where nothing was. */
  leftOut(): string {
    const forgotten = Object.entries(this.#understanding?.forgotten ?? {});
    const lost = forgotten.map(([what, count]) => `; ${count} ${what} forgotten for want of room`);
    const some = this.#shown === this.#all
      ? ""
      : `; ${this.#shown} of ${count(this.#all, "line")} are shown`;
    return some + lost.join("");
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

  #derived(entry: Entry, values: readonly Derived[]): void {
    if (values.length === 0) return;
    const text = this.#json ? derivedJson(entry, values) : derivedText(values).trimEnd();
    this.#printer.append(text);
  }

  #finding(finding: Finding): void {
    if (this.#json) return this.#printer.append(findingJson(finding));
    this.#printer.flush();
    this.#output.tell(findingText(finding).trimEnd());
  }
}

import type { Entry } from "../../lib/inspect/entry.ts";
import { Redactor } from "../../lib/inspect/redact/redact.ts";
import { formatFields } from "../../lib/inspect/show/fields.ts";
import { formatJson } from "../../lib/inspect/show/json.ts";
import { formatLine } from "../../lib/inspect/show/line.ts";
import type { Terminal } from "../terminal.ts";

/** How entries are shown. */
export interface OutputOptions {
  readonly fields: boolean;
  readonly json: boolean;
  readonly color: boolean;
  readonly redact: boolean;
}

/** Characters that are gathered before they are written: a system call for each line would be most of it. */
const FULL = 1 << 16;

/** Prints entries, many at a time. */
export class Printer {
  readonly #terminal: Pick<Terminal, "print">;
  readonly #format: (entry: Entry) => string;
  #text = "";

  constructor(
    terminal: Pick<Terminal, "print">,
    { fields, json, color: colors, redact }: OutputOptions,
  ) {
    const format = json
      ? formatJson
      : fields
      ? (entry: Entry) => formatFields(entry, { colors })
      : (entry: Entry) => formatLine(entry, { colors });
    const redactor = redact ? new Redactor() : undefined;
    this.#terminal = terminal;
    this.#format = redactor === undefined ? format : (entry) => format(redactor.redact(entry));
  }

  print(entry: Entry): void {
    this.append(this.#format(entry));
  }

  /** Prints lines behind what was printed. */
  append(text: string): void {
    this.#text += this.#text === "" ? text : `\n${text}`;
    if (this.#text.length >= FULL) this.flush();
  }

  /** Writes what is gathered: before waiting for anything, and at the end. */
  flush(): void {
    if (this.#text !== "") this.#terminal.print(this.#text);
    this.#text = "";
  }
}

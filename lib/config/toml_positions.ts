/** Where something begins, both counted from 1, columns in UTF-16 units as editors do. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/**
 * Where each key of a TOML document begins. The parser keeps no positions, and an operator with a
 * misspelt key wants the line.
 *
 * @param text A document the parser has accepted: this one only finds its way, and checks nothing.
 * @returns By path, as the JSON of an array: keys, and indices of array items.
 */
export function tomlPositions(text: string): ReadonlyMap<string, Position> {
  return new Scanner(text).positions();
}

type Path = readonly (string | number)[];

const ESCAPES: Readonly<Record<string, string>> = {
  b: "\b",
  t: "\t",
  n: "\n",
  f: "\f",
  r: "\r",
  e: "\x1b",
};

class Scanner {
  readonly #text: string;
  readonly #found = new Map<string, Position>();
  /** Tables so far in each `[[array]]`, by the path of the array. */
  readonly #items = new Map<string, number>();
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  positions(): ReadonlyMap<string, Position> {
    let table: Path = [];
    while (this.#more("")) {
      if (this.#text[this.#at] === "[") table = this.#header();
      else this.#pair(table);
    }
    return this.#found;
  }

  #header(): Path {
    const start = this.#at;
    const isArray = this.#text.startsWith("[[", start);
    this.#at += isArray ? 2 : 1;
    const keys = this.#keys().map(({ key }) => key);
    this.#at += isArray ? 2 : 1;
    let path: Path = [];
    for (const [i, key] of keys.entries()) {
      path = [...path, key];
      this.#note(path, start);
      const name = JSON.stringify(path);
      const opens = isArray && i === keys.length - 1;
      const items = (this.#items.get(name) ?? 0) + (opens ? 1 : 0);
      if (opens) this.#items.set(name, items);
      if (items > 0) path = [...path, items - 1];
    }
    this.#note(path, start);
    return path;
  }

  #pair(table: Path): void {
    let path = table;
    for (const { key, start } of this.#keys()) {
      path = [...path, key];
      this.#note(path, start);
    }
    this.#skip(/[ \t=]+/y);
    this.#value(path);
  }

  /** A dotted key, up to and without what ends it. */
  #keys(): { key: string; start: number }[] {
    const keys: { key: string; start: number }[] = [];
    do {
      this.#skip(/[ \t.]+/y);
      const start = this.#at;
      const quote = this.#text[start];
      const key = quote === '"' || quote === "'" ? this.#string() : this.#take(/[\w-]+/y);
      keys.push({ key, start });
      this.#skip(/[ \t]+/y);
    } while (this.#text[this.#at] === ".");
    return keys;
  }

  #value(path: Path): void {
    const first = this.#text[this.#at];
    if (first === '"' || first === "'") this.#string();
    else if (first === "[") this.#array(path);
    else if (first === "{") this.#inlineTable(path);
    else if (this.#take(/[^,\]}#\r\n]+/y) === "") this.#at++;
  }

  #array(path: Path): void {
    this.#at++;
    for (let i = 0; this.#more("]"); i++) {
      this.#note([...path, i], this.#at);
      this.#value([...path, i]);
    }
    this.#at++;
  }

  #inlineTable(path: Path): void {
    this.#at++;
    while (this.#more("}")) this.#pair(path);
    this.#at++;
  }

  #string(): string {
    const literal = this.#text[this.#at] === "'";
    const triple = this.#text.startsWith(literal ? "'''" : '"""', this.#at);
    if (triple) {
      this.#take(literal ? /'''[^]*?'{3,5}/y : /"""(?:\\[^]|[^\\])*?"{3,5}/y);
      return "";
    }
    if (literal) return this.#take(/'[^']*'/y).slice(1, -1);
    return this.#take(/"(?:\\.|[^"\\])*"/y).slice(1, -1)
      .replace(/\\(?:u(.{4})|U(.{8})|x(.{2})|(.))/g, (_, u, long, x, one: string | undefined) => {
        if (one !== undefined) return ESCAPES[one] ?? one;
        return String.fromCodePoint(parseInt(u ?? long ?? x, 16));
      });
  }

  #note(path: Path, at: number): void {
    const name = JSON.stringify(path);
    if (this.#found.has(name)) return;
    const before = this.#text.slice(0, at);
    const line = before.split("\n").length;
    this.#found.set(name, { line, column: at - before.lastIndexOf("\n") });
  }

  /** Whether something comes before `end`, past space, comments and commas. */
  #more(end: string): boolean {
    this.#skip(/[\s,\uFEFF]+|#[^\n]*/y);
    return this.#at < this.#text.length && this.#text[this.#at] !== end;
  }

  #skip(pattern: RegExp): void {
    while (this.#take(pattern) !== "");
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const taken = pattern.exec(this.#text)?.[0] ?? "";
    this.#at += taken.length;
    return taken;
  }
}

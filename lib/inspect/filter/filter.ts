/**
 * Filters: which entries to show.
 *
 * ```text
 * channel == 7 && type in (SubmitShares*, SetTarget)
 * !(dir == up) || user_identity ~ "bob"
 * ```
 *
 * A comparison is true if the entry has the property and one of its values fits; `!=` if it has it and
 * none does.
 *
 * @module
 */

import { nearestName } from "../../config/names.ts";
import { escapeText } from "../../telemetry/escape.ts";
import type { Entry } from "../entry.ts";
import { compare, isOperator, type Operator } from "./compare.ts";
import { filterError } from "./filter_error.ts";
import { type Literal, literalOf } from "./literal.ts";
import { type Token, tokensOf } from "./lexer.ts";
import { type Property, propertyNamed, propertyNames } from "./property.ts";
import { problemOf } from "./sense.ts";

/** Whether an entry is wanted. Never throws. */
export type Filter = (entry: Entry) => boolean;

/** Parentheses and `!` inside of one another. */
const DEEPEST = 100;

/** Reads an expression. @throws {OperatorError} `usage`, with the column of what is wrong. */
export function parseFilter(source: string): Filter {
  const parser = new Parser(source, tokensOf(source));
  const filter = parser.either(0);
  parser.end();
  return filter;
}

class Parser {
  readonly #source: string;
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(source: string, tokens: readonly Token[]) {
    this.#source = source;
    this.#tokens = tokens;
  }

  either(depth: number): Filter {
    const parts = [this.#both(depth)];
    while (this.#accept("||")) parts.push(this.#both(depth));
    const [only] = parts;
    if (parts.length === 1 && only !== undefined) return only;
    return (entry) => parts.some((part) => part(entry));
  }

  end(): void {
    const token = this.#token;
    if (token.kind !== "end") {
      throw this.#error(token, `&& or || is missing before ${named(token)}`);
    }
  }

  #both(depth: number): Filter {
    const parts = [this.#one(depth)];
    while (this.#accept("&&")) parts.push(this.#one(depth));
    const [only] = parts;
    if (parts.length === 1 && only !== undefined) return only;
    return (entry) => parts.every((part) => part(entry));
  }

  #one(depth: number): Filter {
    if (depth > DEEPEST) {
      throw this.#error(this.#token, `more than ${DEEPEST} inside of one another`);
    }
    if (this.#accept("!")) {
      const not = this.#one(depth + 1);
      return (entry) => !not(entry);
    }
    if (this.#accept("(")) {
      const inner = this.either(depth + 1);
      this.#expect(")");
      return inner;
    }
    return this.#comparison();
  }

  #comparison(): Filter {
    const name = this.#token;
    const property = this.#property(name);
    this.#next++;
    if (this.#token.kind === "word" && this.#token.text === "in") {
      this.#next++;
      return this.#oneOf(name, property);
    }
    if (this.#token.kind !== "sign" || !isOperator(this.#token.text)) return hasSome(property);
    const operator = this.#token.text;
    this.#next++;
    const literal = this.#literal(name, property, operator);
    return (entry) => compare(property.valuesOf(entry), operator, literal);
  }

  #oneOf(name: Token, property: Property): Filter {
    const literals: Literal[] = [];
    this.#expect("(");
    do literals.push(this.#literal(name, property, "==")); while (this.#accept(","));
    this.#expect(")");
    return (entry) => {
      const values = property.valuesOf(entry);
      return values.length > 0 && literals.some((literal) => compare(values, "==", literal));
    };
  }

  #property(token: Token): Property {
    const { kind, text } = token;
    if (kind !== "word") throw this.#error(token, `${named(token)} where a name should be`);
    const property = propertyNamed(text);
    if (property !== undefined) return property;
    const near = nearestName(text, propertyNames());
    const hint = near === undefined ? "" : `; did you mean ${near}?`;
    throw this.#error(token, `nothing is called ${escapeText(text, 60)}${hint}`);
  }

  #literal(name: Token, property: Property, operator: Operator): Literal {
    const token = this.#token;
    if (token.kind !== "word" && token.kind !== "text") {
      throw this.#error(token, `${named(token)} where a value for ${name.text} should be`);
    }
    this.#next++;
    const literal = literalOf(token.text, token.kind === "text");
    const problem = problemOf({ name: name.text, property, operator, literal });
    if (problem !== undefined) throw this.#error(token, problem);
    return literal;
  }

  get #token(): Token {
    // The last token is the end, which nothing goes beyond.
    return this.#tokens[this.#next] ?? { kind: "end", text: "the end", at: this.#source.length };
  }

  #accept(sign: string): boolean {
    const isNext = this.#token.kind === "sign" && this.#token.text === sign;
    if (isNext) this.#next++;
    return isNext;
  }

  #expect(sign: string): void {
    if (!this.#accept(sign)) {
      throw this.#error(this.#token, `${named(this.#token)} where ${sign} should be`);
    }
  }

  #error({ at }: Token, what: string): Error {
    return filterError(this.#source, at, what);
  }
}

/** A property alone: whether there is one, and it is not false or empty. */
function hasSome(property: Property): Filter {
  return (entry) =>
    property.valuesOf(entry).some((value) => value !== false && value !== "" && !isEmpty(value));
}

function isEmpty(value: unknown): boolean {
  return value instanceof Uint8Array && value.length === 0;
}

function named({ kind, text }: Token): string {
  return kind === "end" ? text : escapeText(text, 60);
}

/**
 * What the page gets from the server, as JSON. Texts are escaped: what peers wrote is printable, and
 * reads in one direction. The page and the server are built together, so nothing here is kept stable
 * for others; `--json` is.
 *
 * @module
 */

import type { Direction } from "../../capture/capture.ts";

/** How far it is. Told whenever it changes. */
export interface State {
  /** What is looked at: a file, or where the proxy listens. */
  readonly title: string;
  /** More entries may come. */
  readonly isLive: boolean;
  /** They come as they are said: whoever looks wants to see the latest. */
  readonly isFollowed: boolean;
  /** Entries that came, and those of them that are still kept. */
  readonly seen: number;
  readonly kept: number;
  /** Rules of the specification that were broken, each counted once. */
  readonly broken: number;
}

/** Which entries are wanted. */
export interface Wanted {
  /** In the language of filters; empty for all. */
  readonly filter: string;
  /** As `--follow` takes it; empty for nothing. */
  readonly follow: string;
  /** Only those of this connection. */
  readonly connection?: number | undefined;
}

/** How strongly the specification asks for what was not done. */
export type Severity = "MUST" | "SHOULD";

/** Decides the colour. */
export type Family =
  | "common"
  | "mining"
  | "declaration"
  | "template"
  | "extensions"
  | "unknown"
  | "sv1"
  | "note";

/** An entry in a line. */
export interface EntryRow {
  readonly number: number;
  /** Time of day in UTC, to the millisecond. */
  readonly clock: string;
  /** Since the row before, such as `1.2 s`; undefined where no time has passed. */
  readonly after?: string;
  readonly connection: number;
  /** Undefined for notes about both sides. */
  readonly direction?: Direction;
  readonly family: Family;
  readonly name: string;
  /** Fields and their values, cut where it gets too long. */
  readonly text: string;
  /** It could not be decoded, or says that something is amiss. */
  readonly isAmiss: boolean;
  /** The worst rule that it breaks. */
  readonly breaks?: Severity;
}

/** Some of the entries that are wanted. They have places, counted from 0, which they keep. */
export interface Rows {
  /** Another one: places have changed, and what was known of them is out of date. */
  readonly revision: string;
  /** Place of the first one that is kept, and the one behind the last. */
  readonly first: number;
  readonly end: number;
  /** Place of the first of `rows`. */
  readonly from: number;
  readonly rows: readonly EntryRow[];
  /** Place of the entry that was asked for, or of the first after it; undefined if there is none. */
  readonly near?: number;
}

/** A field of a message, or a part of one. */
export interface FieldLine {
  /** As the specification names it, with its index in a sequence: `merkle_path[3]`. */
  readonly path: string;
  /** Sequences that it is inside of. */
  readonly depth: number;
  /** Where it lies in the frame, header included: bytes `[start, end)`. */
  readonly start: number;
  readonly end: number;
  /** Type in the specification's terms. */
  readonly wire: string;
  readonly value: string;
  readonly doc: string;
}

/** Something that follows from an entry and what came before it. */
export interface DerivedLine {
  readonly name: string;
  readonly text: string;
  /** Number of the entry that is spoken of. */
  readonly entry?: number;
}

/** A rule that an entry breaks. */
export interface FindingLine {
  /** As in docs/requirements.md. */
  readonly id: string;
  readonly severity: Severity;
  readonly title: string;
  /** `client` or `server`. */
  readonly by: string;
  readonly text: string;
  readonly expected: string;
  /** The entry, and earlier ones that show it. */
  readonly entry: number;
  readonly entries: readonly number[];
}

/** Something that can be followed. */
export interface FollowLink {
  readonly label: string;
  /** As `--follow` takes it. Not escaped: to be sent back, not to be shown. */
  readonly follow: string;
}

/** Everything about one entry. */
export interface Detail {
  readonly row: EntryRow;
  /** Of a frame: its fields in the order of their bytes, those of the header first. */
  readonly fields: readonly FieldLine[];
  /** Fields that were left out. */
  readonly moreFields: number;
  /** Why decoding ended, and where in the frame. */
  readonly error?: { readonly text: string; readonly offset: number };
  /** Of a frame: its first bytes in hexadecimal, header included. */
  readonly hex: string;
  /** Bytes that it has. */
  readonly size: number;
  /** Of a line of Stratum V1, laid out; of a note, what it says. */
  readonly lines: readonly string[];
  readonly derived: readonly DerivedLine[];
  readonly findings: readonly FindingLine[];
  readonly follows: readonly FollowLink[];
}

/** More of a frame's bytes. */
export interface Bytes {
  /** The first of them, header included. */
  readonly from: number;
  readonly hex: string;
}

/** What went one way. */
export interface Volume {
  readonly messages: number;
  readonly bytes: number;
}

/** A connection in a line. */
export interface ConnectionRow {
  readonly id: number;
  /** `address:port`. */
  readonly client: string;
  readonly server: string;
  /** What is spoken on it, as far as that is known. */
  readonly speaks: string;
  /** Vendor, hardware and firmware of the client, as it said. */
  readonly device: string;
  readonly clock: string;
  /** Between its first entry and its last. */
  readonly lasted: string;
  readonly isOpen: boolean;
  /** As far as it could be read; once it has ended, all bytes that there were. */
  readonly up: Volume;
  readonly down: Volume;
  /** Entries that break a rule. */
  readonly findings: number;
}

/** Connections, those that were seen last first. */
export interface Connections {
  readonly rows: readonly ConnectionRow[];
  /** Connections that there was no room for. */
  readonly more: number;
}

/** Numbers with a heading: the first column names, the others are numbers. */
export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Rows that were left out. */
  readonly more: number;
}

/** What went by, in numbers. */
export interface StatisticsParts {
  readonly parts: readonly (string | Table)[];
}

/** Rules that were broken, the worst first. */
export interface BrokenRules {
  readonly rules: readonly BrokenRule[];
}

/** A rule that was broken. */
export interface BrokenRule {
  readonly id: string;
  readonly severity: Severity;
  readonly title: string;
  readonly count: number;
  /** The first few. */
  readonly examples: readonly FindingLine[];
}

/** What went wrong with a request. */
export interface Refusal {
  /** For a person; in lines, of which the last may point below a place in the one before. */
  readonly error: string;
}

import type { Coinbase } from "../bitcoin/coinbase.ts";
import type { Tip } from "./tips.ts";

/** What the channels of one group have in common: whom the coinbase pays, and its length. */
export interface Shape {
  /** Shapes are the same if their keys are. */
  readonly key: string;
  /** Bytes of the full extranonce, SV2 §5.1.2.1. */
  readonly extranonceSize: number;
}

/** What a job is made of: one piece of work in one shape. */
export interface JobParts {
  readonly version: number;
  /** Whether the bits of BIP 323 may differ from `version`. */
  readonly versionRollingAllowed: boolean;
  /** At most 32 levels, the deepest sibling first. */
  readonly merklePath: readonly Uint8Array[];
  readonly coinbase: Coinbase;
}

/** One piece of work, such as a template, with a job for each shape that wants it. */
export interface JobSet<W> {
  readonly work: W;
  /** When it was made, on the book's clock. */
  readonly createdAt: number;
  /** When it became active; undefined in a future job. */
  readonly activatedAt: number | undefined;
  /** What it builds on; undefined in a future job. */
  readonly tip: Tip | undefined;
}

/** A job as channels have it. Its coinbase and merkle path exist once for all of them. */
export interface Job<W> extends JobParts {
  readonly id: number;
  readonly work: W;
  readonly shape: Shape;
  /** The only channel that has it; undefined if all of the shape have. */
  readonly owner: object | undefined;
  /** As in its {@link JobSet}; later in a job that has an owner. */
  readonly createdAt: number;
  readonly activatedAt: number | undefined;
  readonly tip: Tip | undefined;
}

/** A set as its book has it. */
export interface LiveSet<W> extends JobSet<W> {
  activatedAt: number | undefined;
  tip: Tip | undefined;
  /** By shape, but for those that have an owner. */
  readonly jobs: Map<string, LiveJob<W>>;
  readonly owned: Set<LiveJob<W>>;
}

/** Of a job that one channel has. */
export interface Ownership {
  readonly owner: object;
  readonly bornAt: number;
}

/** A job as its book has it. */
export class LiveJob<W> implements Job<W> {
  readonly version: number;
  readonly versionRollingAllowed: boolean;
  readonly merklePath: readonly Uint8Array[];
  readonly coinbase: Coinbase;
  readonly shape: Shape;
  readonly #own: Ownership | undefined;

  constructor(
    readonly id: number,
    readonly set: LiveSet<W>,
    { parts, shape, own }: {
      readonly parts: JobParts;
      readonly shape: Shape;
      readonly own: Ownership | undefined;
    },
  ) {
    this.version = parts.version;
    this.versionRollingAllowed = parts.versionRollingAllowed;
    this.merklePath = parts.merklePath;
    this.coinbase = parts.coinbase;
    this.shape = shape;
    this.#own = own;
  }

  get work(): W {
    return this.set.work;
  }

  get owner(): object | undefined {
    return this.#own?.owner;
  }

  get createdAt(): number {
    return this.#own?.bornAt ?? this.set.createdAt;
  }

  get activatedAt(): number | undefined {
    return this.#own?.bornAt ?? this.set.activatedAt;
  }

  get tip(): Tip | undefined {
    return this.set.tip;
  }
}

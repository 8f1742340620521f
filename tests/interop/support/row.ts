/** One pairing with programs that nobody here wrote. */
export interface Row {
  /** Who speaks to whom. */
  readonly pairing: string;
  /** What it must show, for the table. */
  readonly shows: string;
  /** @returns What was exchanged. @throws {Error} If it did not show that. */
  run(peers: Peers): Promise<string>;
}

export interface Peers {
  /** Where SRI's programs are. */
  readonly bin: string;
}

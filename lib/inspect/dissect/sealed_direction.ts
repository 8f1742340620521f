import type { Direction } from "../../capture/capture.ts";
import { Gathering } from "../../frame/gathering.ts";
import { messagesOfSize, mostNonces, payloadOfSealed, SEALED_HEADER_SIZE } from "./arithmetic.ts";
import type { Candidate } from "./candidates.ts";
import type { Findings } from "./findings.ts";
import { listenerFor } from "./frame_listener.ts";
import { findHeader, type Found, type SearchBudget } from "./header_search.ts";
import type { Side } from "../keys/keys.ts";
import type { Room } from "./room.ts";
import { SealedReader } from "./sealed_reader.ts";

/** What the directions of all connections share. */
export interface Shared {
  readonly room: Room;
  readonly budget: SearchBudget;
}

/** What a direction asks its connection. */
export interface SealedOwner {
  senderOf(direction: Direction): Side;
  /** Which keys to try, the likeliest first. */
  candidates(direction: Direction): readonly Candidate[];
  /** A key fits. */
  fits(direction: Direction, candidate: Candidate): void;
  /** None of the keys fits. */
  fitsNot(direction: Direction, tried: number): void;
}

type State =
  /** Before the first frame, of which the nonce is known. */
  | { readonly at: "first" }
  | { readonly at: "reading"; readonly reader: SealedReader; readonly candidate: Candidate }
  | {
    readonly at: "searching";
    readonly candidates: readonly Candidate[];
    /** Lowest nonce that the next header may have. */
    readonly from: number;
    /** Most nonces to try; without it, as many as there can be in what was passed over. */
    readonly nonces: number | undefined;
    /** Bytes passed over. */
    readonly passed: number;
    /** Pieces that are still to be looked at. */
    readonly pieces: number;
  }
  /** Nothing can be read. */
  | { readonly at: "sealed" };

/** Pieces of a stream in which a header is searched after a gap. */
const PIECES_AFTER_A_GAP = 256;
/** Nonces that are tried where it is not known how many bytes are missing. */
const NONCES_IN_A_GAP = 4_096;
/** The same where the beginning is missing, with all keys together: days of one miner's shares. */
const NONCES_BEFORE = 1 << 17;
/** Each of them costs a search with all of those nonces. */
const PIECES_IN_THE_MIDDLE = 4;

/** What one side sends after the handshake. */
export class SealedDirection {
  readonly #direction: Direction;
  readonly #owner: SealedOwner;
  readonly #shared: Shared;
  readonly #findings: Findings;
  readonly #first = new Gathering();
  /** It is not even certain that this is Stratum V2. */
  #isInDoubt = false;
  #state: State = { at: "first" };

  constructor(
    { direction, owner, shared, findings }: {
      readonly direction: Direction;
      readonly owner: SealedOwner;
      readonly shared: Shared;
      readonly findings: Findings;
    },
  ) {
    this.#direction = direction;
    this.#owner = owner;
    this.#shared = shared;
    this.#findings = findings;
  }

  /** Searches for a frame in what comes, with any key: the beginning is not in the capture. */
  beginInTheMiddle(): void {
    this.#isInDoubt = true;
    const candidates = this.#owner.candidates(this.#direction);
    if (candidates.length === 0) return this.seal();
    const nonces = Math.ceil(NONCES_BEFORE / candidates.length);
    const pieces = PIECES_IN_THE_MIDDLE;
    this.#state = { at: "searching", candidates, from: 0, nonces, passed: 0, pieces };
  }

  /** The keys that fit the other direction are known by now: they are this one's. */
  narrow(): void {
    const state = this.#state;
    if (state.at !== "searching" || state.candidates.length < 2) return;
    this.beginInTheMiddle();
    if (this.#state.at === "searching") this.#state = { ...this.#state, passed: state.passed };
  }

  /** There is no key: only sizes are told from here on. */
  seal(): void {
    this.#first.drop();
    this.#state = { at: "sealed" };
  }

  /** Searches with keys that came late. @param passed Bytes since the first frame. */
  resume(passed: number): void {
    const candidates = this.#owner.candidates(this.#direction);
    if (this.#state.at !== "sealed" || candidates.length === 0) return;
    this.#searchFrom(0, { candidates, passed });
  }

  data(bytes: Uint8Array): void {
    const state = this.#state;
    switch (state.at) {
      case "first":
        return this.#begin(bytes);
      case "reading":
        return this.#read(state.reader, state.candidate, bytes);
      case "searching":
        return this.#search(state, bytes);
      case "sealed":
        return this.#tellSizes(bytes.length);
    }
  }

  gap(bytes: number): void {
    const state = this.#state;
    if (state.at === "first") {
      const candidates = this.#owner.candidates(this.#direction);
      const passed = this.#first.length + bytes;
      this.#first.drop();
      if (candidates.length === 0) this.seal();
      else this.#searchFrom(0, { candidates, passed, isUnknown: bytes === 0 });
    } else if (state.at === "searching") {
      this.#state = { ...state, passed: state.passed + bytes };
    } else if (state.at === "reading") {
      const passed = state.reader.miss(bytes);
      if (passed === undefined) return;
      const candidates = [state.candidate];
      this.#searchFrom(state.reader.counter, { candidates, passed, isUnknown: bytes === 0 });
    }
  }

  close(): void {
    this.#first.drop();
    if (this.#state.at === "reading") this.#state.reader.drop();
    if (this.#state.at === "searching" && this.#state.passed > 0) this.#giveUp(this.#state.passed);
    this.#state = { at: "sealed" };
  }

  #begin(bytes: Uint8Array): void {
    const had = this.#first.length;
    const header = this.#first.take(bytes, 0, SEALED_HEADER_SIZE);
    if (header === undefined) return;
    const candidates = this.#owner.candidates(this.#direction);
    const candidate = candidates.find(({ key }) =>
      findHeader(header, { key, from: 0, nonces: 1 }, this.#shared.budget)
    );
    if (candidate === undefined) {
      this.seal();
      const own = candidates.filter(({ side }) => side === this.#owner.senderOf(this.#direction));
      if (own.length > 0) this.#owner.fitsNot(this.#direction, own.length);
      return this.#tellSizes(had + bytes.length);
    }
    this.#owner.fits(this.#direction, candidate);
    const reader = this.#readerFor(candidate, 0);
    this.#state = { at: "reading", reader, candidate };
    reader.push(header);
    this.#read(reader, candidate, bytes.subarray(SEALED_HEADER_SIZE - had));
  }

  #read(reader: SealedReader, candidate: Candidate, bytes: Uint8Array): void {
    const failed = reader.push(bytes);
    if (failed === undefined) return;
    this.#findings.note({
      direction: this.#direction,
      code: "undecryptable",
      text: `Block ${reader.counter} does not decrypt: the capture has other bytes than were sent`,
      facts: { block: reader.counter },
    });
    reader.drop();
    this.#searchFrom(reader.counter, { candidates: [candidate], passed: 0 });
    this.data(bytes.subarray(failed));
  }

  /** @param from Lowest nonce that the next header may have. */
  #searchFrom(
    from: number,
    { candidates, passed, isUnknown = false }: {
      readonly candidates: readonly Candidate[];
      readonly passed: number;
      /** It is not known how many bytes are missing. */
      readonly isUnknown?: boolean;
    },
  ): void {
    const nonces = isUnknown ? NONCES_IN_A_GAP : undefined;
    const pieces = PIECES_AFTER_A_GAP;
    this.#state = { at: "searching", candidates, from, nonces, passed, pieces };
  }

  #search(state: State & { readonly at: "searching" }, bytes: Uint8Array): void {
    const { candidates, from, passed, pieces } = state;
    const nonces = state.nonces ?? mostNonces(passed + bytes.length);
    const found = this.#find(bytes, candidates, { from, nonces });
    if (found === undefined) {
      const looked = { ...state, passed: passed + bytes.length, pieces: pieces - 1 };
      if (looked.pieces > 0) this.#state = looked;
      else this.#giveUp(looked.passed);
      return;
    }
    const { candidate, at, counter } = found;
    this.#findings.note({
      direction: this.#direction,
      code: "resynchronised",
      text: `Decryption goes on with block ${counter}, after ${passed + at} bytes that stay sealed`,
      facts: { block: counter, sealed_bytes: passed + at },
    });
    this.#isInDoubt = false;
    this.#owner.fits(this.#direction, candidate);
    const reader = this.#readerFor(candidate, counter);
    this.#state = { at: "reading", reader, candidate };
    this.#read(reader, candidate, bytes.subarray(at));
  }

  #find(
    bytes: Uint8Array,
    candidates: readonly Candidate[],
    { from, nonces }: { readonly from: number; readonly nonces: number },
  ): Found & { readonly candidate: Candidate } | undefined {
    for (const candidate of candidates) {
      const { key } = candidate;
      const search = { key, from, nonces, keys: candidates.length };
      const found = findHeader(bytes, search, this.#shared.budget);
      if (found !== undefined) return { ...found, candidate };
    }
    return undefined;
  }

  #giveUp(passed: number): void {
    this.seal();
    this.#findings.note({
      direction: this.#direction,
      code: "undecryptable",
      text: `No frame can be found in ${passed} bytes: what this side sends stays sealed`,
      facts: { sealed_bytes: passed },
    });
  }

  #readerFor({ key }: Candidate, counter: number): SealedReader {
    const listener = listenerFor(this.#direction, this.#findings);
    return new SealedReader({ key, counter, room: this.#shared.room, listener });
  }

  #tellSizes(bytes: number): void {
    if (this.#isInDoubt) return;
    const payload = payloadOfSealed(bytes);
    const fits = payload === undefined
      ? []
      : messagesOfSize(payload, this.#owner.senderOf(this.#direction));
    const like = fits.length === 0 ? "" : `, as long as ${fits.join(" and ")}`;
    this.#findings.note({
      direction: this.#direction,
      code: "sealed",
      text: payload === undefined
        ? `${bytes} bytes`
        : `${bytes} bytes; if one frame, with a payload of ${payload}${like}`,
      facts: {
        sealed_bytes: bytes,
        ...payload !== undefined && { payload_bytes: payload },
        ...fits.length > 0 && { like: fits.join(" ") },
      },
    });
  }
}

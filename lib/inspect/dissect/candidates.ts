import type { KeyRing, SessionKeys, Side } from "../keys/keys.ts";

/** A key that may be a direction's. */
export interface Candidate {
  readonly key: Uint8Array;
  readonly keys: SessionKeys;
  /** Whose sending the key is said to be for. */
  readonly side: Side;
}

/** Which keys to try for what `side` sends: the likeliest first, those of the other side last. */
export function candidatesFor(
  side: Side,
  { ring, session, pinned }: {
    readonly ring: KeyRing;
    /** Handshake hash, if it was seen. */
    readonly session: Uint8Array | undefined;
    /** Keys of which one fits the other direction. */
    readonly pinned: SessionKeys | undefined;
  },
): Candidate[] {
  const sessions = pinned !== undefined
    ? [pinned]
    : session === undefined
    ? [...ring.all()]
    : [ring.of(session), ring.byHand].filter((keys) => keys !== undefined);
  const sides: readonly Side[] = side === "client" ? ["client", "server"] : ["server", "client"];
  return sides.flatMap((each) =>
    sessions.flatMap((keys) => {
      const key = keys[each];
      return key === undefined ? [] : [{ key, keys, side: each }];
    })
  );
}

import { useEffect, useState } from "preact/hooks";
import type { State } from "../../../lib/inspect/web/api.ts";
import { listen } from "../model/server.ts";

/** What the server said last of how far it is, and whether it can be reached. */
export interface ServerState {
  readonly state: State | undefined;
  readonly isLost: boolean;
}

/** Listens to the server for as long as the page is open. */
export function useServerState(): ServerState {
  const [known, setKnown] = useState<ServerState>({ state: undefined, isLost: false });
  useEffect(
    () =>
      listen((state) =>
        setKnown((before) => ({ state: state ?? before.state, isLost: state === undefined }))
      ),
    [],
  );
  return known;
}

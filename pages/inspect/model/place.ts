/** What the page can show beside the entry that is chosen. */
export const TABS = ["frames", "ladder", "connections", "statistics", "rules"] as const;
export type Tab = typeof TABS[number];

/** Where in the page somebody is. Stands in the address, so that it can be gone back to. */
export interface Place {
  readonly tab: Tab;
  readonly filter: string;
  readonly follow: string;
  /** Number of the entry that is chosen. */
  readonly entry: number | undefined;
  /** Connection whose ladder is shown; undefined for that of the entry. */
  readonly connection: number | undefined;
}

/** Reads the part of an address behind `#`, which may be anything. */
export function parsePlace(hash: string): Place {
  const parameters = new URLSearchParams(hash.replace(/^#/, ""));
  const tab = TABS.find((each) => each === parameters.get("tab")) ?? "frames";
  return {
    tab,
    filter: parameters.get("filter") ?? "",
    follow: parameters.get("follow") ?? "",
    entry: numberOf(parameters.get("entry")),
    connection: numberOf(parameters.get("connection")),
  };
}

/** The reverse of {@link parsePlace}; what is as usual is left out. */
export function formatPlace({ tab, ...rest }: Place): string {
  const parameters = new URLSearchParams(tab === "frames" ? {} : { tab });
  for (const [name, value] of Object.entries(rest)) {
    if (value !== undefined && value !== "") parameters.set(name, String(value));
  }
  return `#${parameters}`;
}

function numberOf(text: string | null): number | undefined {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

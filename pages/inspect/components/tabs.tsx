import type { VNode } from "preact";
import { type Tab, TABS } from "../model/place.ts";

const NAMES: Readonly<Record<Tab, string>> = {
  frames: "Frames",
  ladder: "Ladder",
  connections: "Connections",
  statistics: "Statistics",
  rules: "Rules",
};

/** What is shown. Arrow keys go from one to the next. */
export function Tabs(
  { tab, broken, onTab }: {
    readonly tab: Tab;
    /** Rules that were broken. */
    readonly broken: number;
    readonly onTab: (tab: Tab) => void;
  },
): VNode {
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    const next = TABS[(TABS.indexOf(tab) + step + TABS.length) % TABS.length];
    if (step === 0 || next === undefined) return;
    onTab(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label="What to show" onKeyDown={onKeyDown}>
      {TABS.map((each) => (
        <button
          type="button"
          role="tab"
          key={each}
          id={`tab-${each}`}
          aria-selected={each === tab}
          aria-controls="tabpanel"
          tabIndex={each === tab ? 0 : -1}
          onClick={() => onTab(each)}
        >
          {NAMES[each]}
          {each === "rules" && broken > 0 && <span class="badge">{broken} broken</span>}
        </button>
      ))}
    </div>
  );
}

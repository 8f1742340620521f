import type { VNode } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { usePlace } from "../hooks/use_place.ts";
import { useRows } from "../hooks/use_rows.ts";
import { useServerState } from "../hooks/use_server_state.ts";
import { Connections } from "./connections.tsx";
import { EntryPanel } from "./entry_panel.tsx";
import { FilterBox } from "./filter_box.tsx";
import { FrameList } from "./frame_list.tsx";
import { Header } from "./header.tsx";
import { Help } from "./help.tsx";
import { Ladder } from "./ladder.tsx";
import { Rules } from "./rules.tsx";
import { Statistics } from "./statistics.tsx";
import { Tabs } from "./tabs.tsx";

/** The page. */
export function App(): VNode {
  const [place, go] = usePlace();
  const { state, isLost } = useServerState();
  const [isHelpOpen, openHelp] = useState(false);
  const content = useRef<HTMLElement>(null);
  const filterBox = useRef<HTMLInputElement>(null);
  const { tab, filter, follow, entry, connection } = place;
  const seen = state?.seen ?? 0;
  const source = useRows({ filter, follow }, seen);
  const onChoose = useCallback((number: number) => go({ entry: number }), [go]);
  const onFollow = useCallback((follow: string) => go({ follow, tab: "frames" }), [go]);

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.altKey || event.metaKey || isWriting(event.target)) return;
      if (event.key === "?") openHelp(true);
      else if (event.key === "/") filterBox.current?.focus();
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, []);
  useEffect(() => {
    if (state !== undefined) document.title = `${state.title} · headframe inspect`;
  }, [state?.title]);

  const chosen = { chosen: entry, onChoose, holdsEnd: state?.isFollowed ?? false };
  const hasPanel = tab === "frames" || tab === "ladder" || tab === "rules";
  return (
    <div class="page">
      <Header state={state} isLost={isLost} onHelp={() => openHelp(true)} />
      <div class="toolbar">
        <FilterBox
          input={filterBox}
          filter={filter}
          follow={follow}
          error={source.error}
          onFilter={(filter) => go({ filter })}
          onFollow={(follow) => go({ follow })}
          onLeave={() => content.current?.querySelector<HTMLElement>(".scroller")?.focus()}
        />
      </div>
      <Tabs tab={tab} broken={state?.broken ?? 0} onTab={(tab) => go({ tab })} />
      <main class={hasPanel ? "with-panel" : ""}>
        <section
          ref={content}
          class="content"
          role="tabpanel"
          id="tabpanel"
          aria-labelledby={`tab-${tab}`}
        >
          {tab === "frames" && <FrameList source={source} {...chosen} />}
          {tab === "ladder" && (
            <Ladder
              wanted={{ filter, follow }}
              connection={connection}
              onConnection={(connection) => go({ connection })}
              seen={seen}
              {...chosen}
            />
          )}
          {tab === "connections" && (
            <Connections
              seen={seen}
              onConnection={(connection) => go({ connection, tab: "ladder" })}
              onFilter={(filter) => go({ filter, tab: "frames" })}
            />
          )}
          {tab === "statistics" && <Statistics seen={seen} />}
          {tab === "rules" && <Rules seen={seen} onChoose={onChoose} />}
        </section>
        {hasPanel && <EntryPanel number={entry} onChoose={onChoose} onFollow={onFollow} />}
      </main>
      <Help isOpen={isHelpOpen} onClose={() => openHelp(false)} />
    </div>
  );
}

function isWriting(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, select, textarea, dialog") !== null;
}

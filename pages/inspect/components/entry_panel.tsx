import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Detail, FieldLine } from "../../../lib/inspect/web/api.ts";
import { useAnswer } from "../hooks/use_answer.ts";
import type { Range } from "../model/fields.ts";
import { ByteView } from "./byte_view.tsx";
import { DerivedList } from "./derived_list.tsx";
import { EntryHead } from "./entry_head.tsx";
import { FieldTree } from "./field_tree.tsx";
import { FindingList } from "./finding_list.tsx";

/** Everything about the entry that is chosen. */
export function EntryPanel(
  { number, onChoose, onFollow }: {
    readonly number: number | undefined;
    readonly onChoose: (number: number) => void;
    readonly onFollow: (follow: string) => void;
  },
): VNode {
  const path = number === undefined ? undefined : "entry";
  const { value, error } = useAnswer<Detail>(path, { number }, 0);
  if (number === undefined) {
    return (
      <aside class="panel">
        <p class="empty">Choose an entry to see what is in it.</p>
      </aside>
    );
  }
  if (value === undefined) {
    return (
      <aside class="panel">
        <p class="empty">{error ?? "…"}</p>
      </aside>
    );
  }
  return (
    <aside class="panel" aria-label={`Entry ${number}`}>
      <EntryHead detail={value} onFollow={onFollow} />
      <Content key={value.row.number} detail={value} onChoose={onChoose} />
    </aside>
  );
}

function Content(
  { detail, onChoose }: { readonly detail: Detail; readonly onChoose: (number: number) => void },
): VNode {
  const { fields, moreFields, error, lines, derived, findings } = detail;
  const [picked, pick] = useState<FieldLine | undefined>(undefined);
  const [pointed, point] = useState<FieldLine | undefined>(undefined);
  useEffect(() => point(undefined), [picked]);
  const lit = pointed ?? picked;
  const broken: Range | undefined = error && { start: error.offset, end: error.offset + 1 };
  return (
    <>
      <div class="scroller meaning">
        <FindingList findings={findings} onChoose={onChoose} />
        {error !== undefined && <p class="error" role="alert">{error.text}</p>}
        {fields.length > 0 && (
          <FieldTree fields={fields} lit={lit} picked={picked} onPick={pick} onPoint={point} />
        )}
        {moreFields > 0 && <p class="empty">{moreFields} more fields</p>}
        {lines.length > 0 && <pre class="lines">{lines.join("\n")}</pre>}
        <DerivedList derived={derived} onChoose={onChoose} />
      </div>
      {detail.size > 0 && (
        <ByteView detail={detail} lit={lit} broken={broken} onPick={pick} onPoint={point} />
      )}
    </>
  );
}

import type { VNode } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { FieldLine } from "../../../lib/inspect/web/api.ts";
import { foldedAtFirst, hasElements, visibleFields } from "../model/fields.ts";
import { FieldItem } from "./field_item.tsx";

/** The fields of a message; the bytes of the one that is pointed at light up. */
export function FieldTree(
  { fields, lit, picked, onPick, onPoint }: {
    readonly fields: readonly FieldLine[];
    readonly lit: FieldLine | undefined;
    readonly picked: FieldLine | undefined;
    readonly onPick: (field: FieldLine) => void;
    readonly onPoint: (field: FieldLine | undefined) => void;
  },
): VNode {
  const [folded, setFolded] = useState(() => foldedAtFirst(fields));
  const visible = useMemo(() => visibleFields(fields, folded), [fields, folded]);
  const tree = useRef<HTMLUListElement>(null);
  const fold = (path: string, shouldFold: boolean): void =>
    setFolded((before) => {
      const after = new Set(before);
      if (shouldFold) after.add(path);
      else after.delete(path);
      return after;
    });
  useEffect(() => {
    tree.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [picked]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const at = picked === undefined ? -1 : visible.indexOf(picked);
    const next = event.key === "ArrowDown"
      ? visible[at + 1]
      : event.key === "ArrowUp"
      ? visible[at - 1]
      : undefined;
    if (next !== undefined) onPick(next);
    else if (picked !== undefined && event.key === "ArrowLeft") fold(picked.path, true);
    else if (picked !== undefined && event.key === "ArrowRight") fold(picked.path, false);
    else return;
    event.preventDefault();
  };
  return (
    <ul
      class="fields"
      role="tree"
      aria-label="Fields"
      aria-activedescendant={picked && `field-${picked.path}`}
      tabIndex={0}
      ref={tree}
      onKeyDown={onKeyDown}
      onMouseLeave={() => onPoint(undefined)}
    >
      {visible.map((field) => (
        <FieldItem
          key={field.path}
          field={field}
          isFolded={hasElements(fields, fields.indexOf(field)) ? folded.has(field.path) : undefined}
          isLit={field === lit}
          isPicked={field === picked}
          onFold={fold}
          onPick={onPick}
          onPoint={onPoint}
        />
      ))}
    </ul>
  );
}

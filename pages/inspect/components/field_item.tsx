import type { VNode } from "preact";
import type { FieldLine } from "../../../lib/inspect/web/api.ts";

/** A field: name, type, value, and what it means. */
export function FieldItem(
  { field, isFolded, isLit, isPicked, onFold, onPick, onPoint }: {
    readonly field: FieldLine;
    /** Undefined for what has no elements. */
    readonly isFolded: boolean | undefined;
    readonly isLit: boolean;
    readonly isPicked: boolean;
    readonly onFold: (path: string, shouldFold: boolean) => void;
    readonly onPick: (field: FieldLine) => void;
    readonly onPoint: (field: FieldLine) => void;
  },
): VNode {
  const { path, depth, wire, value, doc } = field;
  return (
    <li
      class={`field depth-${Math.min(depth, 3)} ${isLit ? "lit" : ""}`}
      role="treeitem"
      id={`field-${path}`}
      aria-level={depth + 1}
      aria-selected={isPicked}
      aria-expanded={isFolded === undefined ? undefined : !isFolded}
      title={doc}
      onMouseEnter={() => onPoint(field)}
      onClick={() => onPick(field)}
    >
      <span
        class={`twist ${isFolded === undefined ? "" : isFolded ? "folded" : "open"}`}
        onClick={() => isFolded !== undefined && onFold(path, !isFolded)}
      />
      <span class="field-name">{path}</span>
      <span class="wire">{wire}</span>
      <span class="value">{value}</span>
    </li>
  );
}

import type { VNode } from "preact";
import type { FindingLine } from "../../../lib/inspect/web/api.ts";
import { EntryLink } from "./entry_link.tsx";

/** Rules that an entry breaks. */
export function FindingList(
  { findings, onChoose }: {
    readonly findings: readonly FindingLine[];
    readonly onChoose: (number: number) => void;
  },
): VNode {
  return (
    <>
      {findings.map(({ id, severity, title, by, text, expected, entries }, i) => (
        <div class={`finding ${severity}`} key={i}>
          <strong>{severity} {id}</strong> broken by the {by}: {text}
          <br />
          {title}. Expected: {expected}
          {entries.length > 0 && " · see "}
          {entries.map((number) => <EntryLink key={number} number={number} onChoose={onChoose} />)}
        </div>
      ))}
    </>
  );
}

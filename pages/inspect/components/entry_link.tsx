import type { VNode } from "preact";

/** Goes to an entry. */
export function EntryLink(
  { number, onChoose }: { readonly number: number; readonly onChoose: (number: number) => void },
): VNode {
  return <button type="button" class="link" onClick={() => onChoose(number)}>{`#${number}`}
  </button>;
}

import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";

const KEYS = [
  ["↑ ↓", "the entry above or below, where the list or the ladder has the focus"],
  ["Page ↑ ↓, Home, End", "further"],
  ["↑ ↓ ← → in the fields", "another field; fold and unfold a sequence"],
  ["/", "to the filter; Enter applies it, Esc goes back to the list"],
  ["?", "this help"],
] as const;

const FILTERS = [
  ["type == SetTarget", "messages of one type; * stands for anything: SubmitShares*"],
  ["channel == 7 && dir == up", "what a client said on a channel"],
  ["conn == 3 || error", "a connection, or whatever could not be decoded"],
  ['user_identity ~ "bob"', "any field by its name in the specification; ~ finds a part"],
] as const;

/** Keys and filters, in a few lines. */
export function Help(
  { isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void },
): VNode {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby="help-title">
      <h2 id="help-title">Help</h2>
      <h3>Keys</h3>
      <Meanings of={KEYS} />
      <h3>Filters</h3>
      <Meanings of={FILTERS} />
      <h3>Marks</h3>
      <p>
        <span class="mark MUST" /> breaks what the specification demands,{" "}
        <span class="mark SHOULD" />{" "}
        what it advises. The links at the top of an entry follow its channel, job, share, token or
        user through everything else.
      </p>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  );
}

function Meanings({ of }: { readonly of: readonly (readonly [string, string])[] }): VNode {
  return (
    <dl>
      {of.map(([what, meaning]) => (
        <div key={what}>
          <dt>
            <code>{what}</code>
          </dt>
          <dd>{meaning}</dd>
        </div>
      ))}
    </dl>
  );
}

import type { VNode } from "preact";
import type { Detail } from "../../../lib/inspect/web/api.ts";

/** Which entry it is, and what it belongs to. */
export function EntryHead(
  { detail: { row, follows, size }, onFollow }: {
    readonly detail: Detail;
    readonly onFollow: (follow: string) => void;
  },
): VNode {
  const { number, clock, connection, direction, family, name } = row;
  const way = direction === undefined
    ? ""
    : direction === "up"
    ? ", client → server"
    : ", server → client";
  return (
    <div class={`entry-head ${family}`}>
      <h2>
        <span class="name">{name}</span>
        <small>
          #{number} · {clock} · connection {connection}
          {way}
          {size > 0 && ` · ${size.toLocaleString("en")} bytes`}
        </small>
      </h2>
      {follows.length > 0 && (
        <p class="follows">
          follow {follows.map(({ label, follow }) => (
            <button
              type="button"
              class="chip"
              key={follow}
              onClick={() => onFollow(follow)}
            >
              {label}
            </button>
          ))}
        </p>
      )}
    </div>
  );
}

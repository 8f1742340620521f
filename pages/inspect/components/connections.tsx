import type { VNode } from "preact";
import type { ConnectionRow, Connections as Answer } from "../../../lib/inspect/web/api.ts";
import { useAnswer } from "../hooks/use_answer.ts";

/** Every connection, with who is on it and how much was said. */
export function Connections(
  { seen, onConnection, onFilter }: {
    readonly seen: number;
    readonly onConnection: (connection: number) => void;
    readonly onFilter: (filter: string) => void;
  },
): VNode {
  const { value, error } = useAnswer<Answer>("connections", {}, seen);
  if (error !== undefined) return <p class="empty">{error}</p>;
  if (value === undefined) return <p class="empty">…</p>;
  return (
    <div class="scroller padded">
      <table>
        <thead>
          <tr>
            {["", "client", "server", "speaks", "device", "began (UTC)", "lasted"]
              .map((name) => <th scope="col" key={name}>{name}</th>)}
            {["up", "bytes up", "down", "bytes down", "findings"]
              .map((name) => <th scope="col" class="count" key={name}>{name}</th>)}
            <th scope="col">show</th>
          </tr>
        </thead>
        <tbody>
          {value.rows.map((row) => (
            <Row key={row.id} row={row} onConnection={onConnection} onFilter={onFilter} />
          ))}
        </tbody>
      </table>
      {value.more > 0 && <p class="empty">{value.more} more, which there was no room for</p>}
    </div>
  );
}

function Row(
  { row, onConnection, onFilter }: {
    readonly row: ConnectionRow;
    readonly onConnection: (connection: number) => void;
    readonly onFilter: (filter: string) => void;
  },
): VNode {
  const { id, client, server, speaks, device, clock, lasted, isOpen, up, down, findings } = row;
  return (
    <tr>
      <th scope="row">{id}</th>
      <td class="data">{client}</td>
      <td class="data">{server}</td>
      <td>{speaks}</td>
      <td>{device}</td>
      <td class="data">{clock}</td>
      <td class="data">{isOpen ? `${lasted}, open` : lasted}</td>
      {[up.messages, up.bytes, down.messages, down.bytes, findings]
        .map((count, i) => <td class="count" key={i}>{count.toLocaleString("en")}</td>)}
      <td class="nowrap">
        <button type="button" class="link" onClick={() => onFilter(`conn == ${id}`)}>frames</button>
        {" "}
        <button type="button" class="link" onClick={() => onConnection(id)}>ladder</button>
      </td>
    </tr>
  );
}

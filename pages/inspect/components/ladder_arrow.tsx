import type { VNode } from "preact";
import type { EntryRow } from "../../../lib/inspect/web/api.ts";
import { fitting, ROW_HEIGHT, type Sides } from "./ladder_sides.ts";

/** Length of an arrow's head. */
const HEAD = 8;

/** An entry as an arrow from one side to the other; a note as a box between them. */
export function LadderArrow(
  { row, index, y, sides, isChosen, onChoose }: {
    readonly row: EntryRow;
    readonly index: number;
    /** Of the row's upper edge. */
    readonly y: number;
    readonly sides: Sides;
    readonly isChosen: boolean;
    readonly onChoose: (index: number) => void;
  },
): VNode {
  const { number, clock, after, direction, family, name, text, isAmiss, breaks } = row;
  const { client, server } = sides;
  const middle = (client + server) / 2;
  const label = fitting(`${name} ${text}`, sides);
  return (
    <g
      id={`arrow-${number}`}
      class={`step ${family} ${isAmiss ? "amiss" : ""}`}
      transform={`translate(0 ${y})`}
      role="option"
      aria-label={`${number}: ${name}`}
      aria-selected={isChosen}
      onClick={() => onChoose(index)}
    >
      <title>{`${name} ${text}`}</title>
      <rect class="ground" width="100%" height={ROW_HEIGHT} />
      <text class="when" x={8} y={16}>{clock}</text>
      {after !== undefined && <text class="after" x={8} y={29}>{`+${after}`}</text>}
      {breaks !== undefined && <circle class={`mark ${breaks}`} cx={client - 12} cy={24} r={4} />}
      {direction === undefined ? <Note y={ROW_HEIGHT / 2} middle={middle} label={label} /> : (
        <>
          <text class="label" x={middle} y={18}>
            <tspan class="name">{label.slice(0, name.length)}</tspan>
            <tspan class="text">{label.slice(name.length)}</tspan>
          </text>
          <Shaft
            from={direction === "up" ? client : server}
            to={direction === "up" ? server : client}
          />
        </>
      )}
    </g>
  );
}

function Shaft({ from, to }: { readonly from: number; readonly to: number }): VNode {
  const back = from < to ? -HEAD : HEAD;
  return (
    <>
      <line class="shaft" x1={from} x2={to + back / 2} y1={26} y2={26} />
      <path class="head" d={`M${to} 26l${back} -5v10z`} />
    </>
  );
}

function Note(
  { y, middle, label }: { readonly y: number; readonly middle: number; readonly label: string },
): VNode {
  return <text class="label note" x={middle} y={y + 5}>{label}</text>;
}

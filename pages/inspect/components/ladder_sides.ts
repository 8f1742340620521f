/** Height of a row in pixels. */
export const ROW_HEIGHT = 36;
/** Room on the left for times, and on the right. */
const LEFT = 132;
const RIGHT = 36;
const CHARACTER_WIDTH = 7.3;

/** Where the two sides of a connection stand, in pixels from the left. */
export interface Sides {
  readonly client: number;
  readonly server: number;
}

/** @param width Of the drawing. */
export function sidesOf(width: number): Sides {
  return { client: LEFT, server: Math.max(LEFT + 100, width - RIGHT) };
}

/** A text as far as it fits between the sides. */
export function fitting(text: string, { client, server }: Sides): string {
  const most = Math.max(8, Math.floor((server - client - 24) / CHARACTER_WIDTH));
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

/** One comparison: two figures that were measured in the same run, in the same unit. */
export interface Row {
  readonly what: string;
  readonly unit: string;
  readonly ours: number;
  readonly theirs: number;
  /** Whose the other figure is. */
  readonly than: string;
  /** Which way is good. */
  readonly better: "more" | "less";
  /** What the ratio should be at least. */
  readonly goal?: number;
  /** What our own figure may be at most. */
  readonly limit?: number;
}

/** How many times better ours is; below 1 it is worse. */
export function ratioOf({ ours, theirs, better }: Row): number {
  return better === "more" ? ours / theirs : theirs / ours;
}

/** Whether a row is what was wanted of it, where something was. */
export function metBy(row: Row): boolean | undefined {
  const { goal, limit, ours } = row;
  if (goal === undefined && limit === undefined) return undefined;
  return (goal === undefined || ratioOf(row) >= goal) && (limit === undefined || ours <= limit);
}

/** Rows as a Markdown table. Where ours is behind, the ratio is bold. */
export function tableOf(rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const ratio = ratioOf(row);
    const shown = `${rounded(ratio)}×`;
    return [
      row.what,
      `${rounded(row.ours)} ${row.unit}`,
      `${rounded(row.theirs)} ${row.unit}, ${row.than}`,
      ratio < 1 ? `**${shown} (behind)**` : shown,
      goalOf(row),
    ];
  });
  return [
    ["What", "Ours", "Theirs", "Ratio", "Goal"],
    ["---", "--:", "--:", "--:", "---"],
    ...lines,
  ].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function goalOf(row: Row): string {
  const met = metBy(row);
  if (met === undefined) return "";
  const wanted = [
    ...row.goal === undefined ? [] : [`≥ ${row.goal}×`],
    ...row.limit === undefined ? [] : [`≤ ${row.limit} ${row.unit}`],
  ].join(", ");
  return met ? wanted : `${wanted}: **missed**`;
}

/** Three significant digits, thousands apart. */
function rounded(value: number): string {
  const short = Number(value.toPrecision(3));
  return short >= 1000 ? short.toLocaleString("en-US") : String(short);
}

const PLACE = /(<!-- figures -->\n)[^]*?(<!-- end -->)/;

/** @throws {TypeError} If the page has no place for figures. */
export function withFigures(page: string, figures: string): string {
  if (!PLACE.test(page)) throw new TypeError("the page has no <!-- figures --> … <!-- end -->");
  return page.replace(PLACE, (_, begin: string, end: string) => `${begin}\n${figures}\n\n${end}`);
}

/**
 * Takes the tables of messages out of the specification's Markdown, so that tests can hold the
 * definitions against them without having the specification at hand. Run after a new version:
 *
 *     deno run -RW scripts/spec_tables.ts <folder of sv2-spec> <commit>
 *
 * @module
 */

interface Table {
  name: string;
  spec: string;
  from: string;
  fields: [name: string, type: string][];
}

const OUT = new URL("../tests/vectors/spec_tables.json", import.meta.url);
const CHAPTERS = [
  "03-Protocol-Overview.md",
  "05-Mining-Protocol.md",
  "06-Job-Declaration-Protocol.md",
  "07-Template-Distribution-Protocol.md",
  "extensions/0x0001-extensions-negotiation.md",
];
const HEADING = /^##+ (?:(\d[\d.]*) )?`([\w.]+)` \((.+)\)$/;
const ROW = /^\| *([^|`]+?) *\| *([A-Z]\w*(?:\[\w+\])?|OPTION\[\w+\]) *\|/;
const INHERITED = /^\| *`<(?:All fields from )?(\w+)(?: message fields)?>` *\|/;

/** The specification's own slips, each by what it says and what it means. */
const SLIPS: Readonly<Record<string, string>> = {
  "STRO_255": "STR0_255",
  "OPTION[u32]": "OPTION[U32]",
  "prev hash": "prev_hash",
};

const [folder, commit] = Deno.args;
if (folder === undefined || commit === undefined) {
  throw new Error("Cannot start: want the folder of sv2-spec and its commit");
}

const tables: Table[] = [];
for (const chapter of CHAPTERS) {
  const text = await Deno.readTextFile(`${folder}/${chapter}`);
  let table: Table | undefined;
  for (const line of text.split("\n")) {
    if (line.startsWith("#")) table = open(line, chapter);
    if (table === undefined) continue;
    const inherited = INHERITED.exec(line)?.[1];
    const [, name, type] = ROW.exec(line) ?? [];
    if (inherited !== undefined) table.fields.push(...fieldsOf(inherited));
    else if (name !== undefined && type !== undefined) table.fields.push([mend(name), mend(type)]);
  }
}

const types = [
  ...rowsOf(await Deno.readTextFile(`${folder}/08-Message-Types.md`), 0),
  ...rowsOf(await Deno.readTextFile(`${folder}/${CHAPTERS[4]}`), 1),
];

await Deno.writeTextFile(
  OUT,
  JSON.stringify(
    {
      source: `stratum-mining/sv2-spec ${commit}`,
      licence: "CC0-1.0 (the specification is under BSD-3-Clause and CC0-1.0)",
      slips: SLIPS,
      types,
      messages: tables.filter((table) => table.fields.length > 0),
    },
    null,
    1,
  ) + "\n",
);

function open(heading: string, chapter: string): Table | undefined {
  const [, section, name, direction] = HEADING.exec(heading) ?? [];
  if (name === undefined || direction === undefined) return undefined;
  const table: Table = {
    name,
    spec: section?.replace(/\.$/, "") ?? `E${Number(chapter.split("/")[1]?.slice(0, 6))}.2`,
    from: sideOf(direction),
    fields: [],
  };
  tables.push(table);
  return table;
}

function sideOf(direction: string): string {
  const first = direction.split(/ *-> */)[0];
  if (/, *Server *-> *Client$/.test(direction)) return "both";
  return first === "Client" || first === "JDC" ? "client" : "server";
}

function fieldsOf(name: string): Table["fields"] {
  const table = tables.find((table) => table.name === name);
  if (table === undefined) throw new Error(`Cannot find the table of ${name}`);
  return table.fields;
}

function mend(text: string): string {
  return SLIPS[text] ?? text;
}

function rowsOf(
  text: string,
  extension: number,
): { extension: number; id: number; channel: boolean; name: string }[] {
  const rows = text.matchAll(/^\| *0x(\w\w) *\| *([01]) *\| *([\w.]+) *\|/gm);
  return [...rows].map(([, id = "", bit, name = ""]) => (
    { extension, id: parseInt(id, 16), channel: bit === "1", name }
  ));
}

import { optional, path, toggle } from "../lib/config/kinds.ts";
import type { Answer, Solution } from "../lib/roles/tp/journal.ts";
import { SolutionStore } from "../lib/roles/tp/solution_store.ts";
import { escapeText } from "../lib/telemetry/escape.ts";
import { utc } from "../lib/time.ts";
import { command } from "./command.ts";
import { findSettings } from "./find.ts";
import { settingsOf } from "./run.ts";
import { tp } from "./tp.ts";

/** `headframe tp solutions`: every block that was found on our templates, and what each node said. */
export const solutions = command({
  name: "solutions",
  summary: "List the blocks that were found, and what each node said to them",
  examples: ["tp solutions -c tp.toml", "tp solutions --blocks-dir data/solved --json"],
  settings: {
    config: {
      ...optional(path("Read blocks_dir from this file, the template provider's")),
      short: "-c",
    },
    blocksDir: optional(path("Where the template provider keeps solved blocks")),
    json: toggle("A line of JSON for each block", false),
  },
  async run({ config, blocksDir, json }, { host, terminal }) {
    const directory = blocksDir ?? await configuredDirectory(config);
    const store = new SolutionStore({ files: host.files, clock: host.clock, directory });
    await store.load();
    const found = store.list();
    if (json) {
      for (const solution of found) terminal.print(JSON.stringify(asJson(solution)));
      return;
    }
    if (found.length === 0) terminal.print(`No block was found yet, as far as ${directory} knows.`);
    for (const solution of found) terminal.print(asText(solution, directory).join("\n"));
  },
});

async function configuredDirectory(config: string | undefined): Promise<string> {
  const given = { flags: {}, ...config === undefined ? {} : { config } };
  const { settled } = await findSettings(tp, settingsOf(tp), given);
  return String(settled.values["blocksDir"] ?? tp.settings.blocksDir.fallback);
}

function asJson({ hash, height, foundAt, templateId, address, answers, file }: Solution): unknown {
  return {
    hash,
    height: height ?? null,
    found_at: foundAt ?? null,
    template_id: templateId ?? null,
    peer: address ?? null,
    answers: [...answers].map(([node, { at, ...verdict }]) => ({ node, at, ...verdict })),
    kept: file ?? null,
  };
}

function asText(
  { hash, height, foundAt, address, answers, file }: Solution,
  directory: string,
): string[] {
  const from = address === undefined ? "" : ` by ${escapeText(address, 80)}`;
  const when = foundAt === undefined ? "" : `, found ${utc(foundAt)}${from}`;
  const lines = [`${hash}  height ${height ?? "unknown"}${when}`];
  for (const [node, answer] of answers) {
    lines.push(`  ${escapeText(node, 200)}: ${wordsOf(answer)}, ${utc(answer.at)}`);
  }
  if (answers.size === 0) lines.push("  no node has answered yet");
  if (file === "block") lines.push(`  kept in ${directory}/${hash}.block`);
  if (file === "partial") {
    lines.push(`  only header and coinbase are known: ${directory}/${hash}.partial`);
  }
  return lines;
}

function wordsOf(answer: Answer): string {
  switch (answer.outcome) {
    case "accepted":
      return "accepted";
    case "known":
      return "had it already";
    case "side":
      return "valid, but another chain has more work";
    case "refused":
      return `refused: ${escapeText(answer.reason, 200)}`;
  }
}

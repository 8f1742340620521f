import { quoteText } from "../../telemetry/escape.ts";
import { formatSi } from "../../telemetry/si.ts";
import { secondsText } from "../derive/derived.ts";
import { reasonText } from "../derive/shares.ts";
import type { Summary } from "./quantiles.ts";
import type { ChannelReport } from "./shares.ts";
import type { Report } from "./statistics.ts";

/** Channels that are printed; JSON has them all. */
const MOST_CHANNELS = 32;

/** Numbers with a heading. The first column names, the others are numbers. */
export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Rows that were left out. */
  readonly more: number;
}

/** A report as tables, for a person. */
export function reportText(report: Report): string {
  const parts = reportParts(report).map((part) =>
    typeof part === "string" ? part : tableText(part)
  );
  return parts.join("\n\n") + "\n";
}

/** A report as sentences and tables, none of them empty. Peers' texts are escaped. */
export function reportParts(report: Report): (string | Table)[] {
  const { entries, connections, seconds, traffic, stages, work, shares } = report;
  const parts = [
    `${many(entries, "entry", "entries")} on ${many(connections, "connection")} in ${
      secondsText(seconds)
    }`,
    table(
      "Messages",
      ["type", "up", "bytes", "down", "bytes"],
      traffic.map(({ type, up, down }) => [
        type,
        some(up.messages),
        some(up.bytes),
        some(down.messages),
        some(down.bytes),
      ]),
    ),
    times("Start of connections", stages.map(({ step, seconds }) => [step, seconds])),
    times("Work", [
      ["template → job", work.templateToJob],
      ["job → first share", work.jobToFirstShare],
      ["new block, first to last channel", work.blockSpread],
      ["new job, first to last channel", work.jobSpread],
      ["share → answer", shares.submitToAnswer],
      ["share → refusal", shares.submitToRejection],
    ]),
    sharesText(report),
    table(
      "Refused",
      ["shares", "why"],
      shares.reasons.map(({ code, count }) => [`${count}`, reasonText(code)]),
    ),
    channelsTable(shares.channels, shares.moreChannels),
  ];
  return parts.filter((part) => typeof part === "string" || part.rows.length > 0);
}

function sharesText({ work, shares }: Report): string {
  const { submitted, accepted, rejected, sharesPerAcknowledgement: batch } = shares;
  const { blocks, templates, jobs } = work;
  const batches = batch === undefined
    ? ""
    : `, ${accepted === 0 ? "0" : formatSi(accepted / batch.count)} an acknowledgement`;
  return `${many(submitted, "share")}: ${accepted} accepted, ${rejected} refused${batches}\n` +
    `${many(templates, "template")}, ${many(jobs, "job")}, ${many(blocks, "block")}`;
}

function channelsTable(channels: readonly ChannelReport[], more: number): Table {
  const rows = channels.toSorted((a, b) => b.submitted - a.submitted).slice(0, MOST_CHANNELS)
    .map((channel) => [
      `${channel.connection}:${channel.channel}`,
      channel.kind,
      quoteText(channel.user, 32),
      `${channel.submitted}`,
      `${channel.accepted}`,
      `${channel.rejected}`,
      formatSi(channel.sharesPerMinute),
      formatSi(channel.hashRate, "h/s"),
      channel.nominalHashRate > 0 ? formatSi(channel.nominalHashRate, "h/s") : "",
    ]);
  const head = [
    "channel",
    "kind",
    "user",
    "shares",
    "accepted",
    "refused",
    "a minute",
    "hash rate",
  ];
  const left = channels.length - rows.length + more;
  return { ...table("Channels", [...head, "said to be"], rows), more: left };
}

function times(title: string, rows: readonly (readonly [string, Summary | undefined])[]): Table {
  return table(
    title,
    ["", "times", "p50", "p90", "p99", "max"],
    rows.flatMap(([name, summary]) =>
      summary === undefined ? [] : [[
        name,
        `${summary.count}`,
        ...[summary.p50, summary.p90, summary.p99, summary.max].map(secondsText),
      ]]
    ),
  );
}

function table(
  title: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): Table {
  return { title, head, rows, more: 0 };
}

/** The first column stands to the left, the others to the right. */
function tableText({ title, head, rows, more }: Table): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) =>
    Math.max(...all.map((cells) => (cells[column] ?? "").length))
  );
  const lines = all.map((cells) =>
    cells.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)
    ).join("  ").trimEnd()
  );
  const rest = more > 0 ? [`${more} more ${title.toLowerCase()}`] : [];
  return [title, ...lines.map((line) => `  ${line}`), ...rest].join("\n");
}

function many(count: number, one: string, more = `${one}s`): string {
  return `${count} ${count === 1 ? one : more}`;
}

function some(count: number): string {
  return count === 0 ? "" : `${count}`;
}

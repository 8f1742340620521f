import { formatAuthorityKey } from "../lib/noise/keys.ts";
import { formatAddress } from "../lib/ports.ts";
import type { Started } from "./roles.ts";
import { formatUpstream } from "./settings.ts";
import type { Terminal } from "./terminal.ts";

/** The file that `up` runs where none is given. Keys, and who is whose upstream, are derived. */
export function demoText(): string {
  const threads = Math.max(1, navigator.hardwareConcurrency - 1);
  const directory = demoDirectory();
  return `
[tp]
listen_address = "127.0.0.1:18442"
block_time = 20
blocks_dir = ${JSON.stringify(`${directory}/tp`)}

[pool]
listen_address = "127.0.0.1:3333"
network = "regtest"
coinbase_reward_script = "addr(bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080)"
pool_signature = "demo"
shares_per_minute = 60
blocks_dir = ${JSON.stringify(`${directory}/pool`)}

[mine]
user_identity = "demo.cpu"
threads = ${threads}
status_seconds = 5
`;
}

interface Telling {
  readonly json: boolean;
  readonly terminal: Terminal;
}

/** Says what runs and where to look. */
export function tellStart(
  { tp, pool, threads }: Started,
  { json, isBuiltIn, terminal }: Telling & { readonly isBuiltIn: boolean },
): void {
  if (json) {
    const serverOf = (at: Started["tp"]) =>
      at && {
        address: formatAddress(at),
        authority_public_key: at.authorityKey && formatAuthorityKey(at.authorityKey),
        url: formatUpstream(at),
      };
    terminal.print(
      JSON.stringify({ tp: serverOf(tp), pool: serverOf(pool), mine: threads && { threads } }),
    );
    return;
  }
  const self = Deno.build.standalone ? "headframe" : "deno task headframe";
  const rows = [
    ...tp === undefined ? [] : [`  template provider   ${formatUpstream(tp)}`],
    ...pool === undefined ? [] : [`  pool                ${formatUpstream(pool)}`],
    ...threads === undefined ? [] : [
      `  miner               ${threads} ${threads === 1 ? "thread" : "threads"} of this machine`,
    ],
  ];
  const intro = isBuiltIn
    ? [
      "A whole Stratum V2 stack in this process: a template provider with a regtest chain inside,",
      "a pool on its templates, a miner on the pool. All of it speaks encrypted Sv2 over TCP.",
      "The keys in these addresses are made for this run.",
    ]
    : ["Running:"];
  const more = pool === undefined ? [] : [
    "",
    "From another terminal:",
    `  ${self} ping ${formatUpstream(pool)}`,
    `  ${self} mine ${formatUpstream(pool)} --threads 1`,
  ];
  terminal.print([...intro, "", ...rows, ...more, "", "Ctrl-C ends it.", ""].join("\n"));
}

/** Says that the chain accepted a block. */
export function tellBlock(
  hash: string,
  { count, until, json, terminal }: Telling & {
    readonly count: number;
    readonly until: number | undefined;
  },
): void {
  const of = until === undefined ? "" : ` of ${until}`;
  terminal.print(
    json ? JSON.stringify({ block: hash, count }) : `Block ${count}${of} accepted: ${hash}`,
  );
}

/** Says how it ended. */
export function tellEnd(blocks: number, { json, terminal }: Telling): void {
  if (json) terminal.print(JSON.stringify({ blocks }));
  else terminal.print(`Ended; the chain accepted ${blocks} ${blocks === 1 ? "block" : "blocks"}.`);
}

/** Takes away what a demo left on disk: its chain is gone as well. */
export async function removeDemo(): Promise<void> {
  // It may never have been made.
  await Deno.remove(demoDirectory(), { recursive: true }).catch(() => {});
}

function demoDirectory(): string {
  const temporary = Deno.env.get("TMPDIR") ?? Deno.env.get("TEMP") ?? "/tmp";
  return `${temporary.replace(/[/\\]+$/, "")}/headframe-demo-${Deno.pid}`;
}

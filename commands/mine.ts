import { cpu } from "../drivers/cpu.ts";
import {
  choice,
  integer,
  listOf,
  number,
  optional,
  positional,
  text,
  toggle,
} from "../lib/config/kinds.ts";
import type { ConfigOf, Settings } from "../lib/config/setting.ts";
import { serveMine } from "../lib/roles/mine/serve_mine.ts";
import { command, type Context } from "./command.ts";
import { VERSION } from "./version.ts";
import { allowUnauthenticated, upstream, upstreamProblems } from "./settings.ts";

const kinds = ["extended", "standard"] as const;

const ANYBODY = "anonymous";

/** What the miner can be told, as flags, as variables and as `[mine]` of a file. */
export const MINE_SETTINGS = {
  upstreams: positional(listOf(upstream("Pools, in order of preference"))),
  allowUnauthenticated,
  userIdentity: text("Who is paid, in the pool's own form; often address.worker", ANYBODY),
  worker: text("Name of this machine, for pools that tell workers apart", "headframe", 32),
  threads: integer("Threads that hash; 0 is one for each core", {
    fallback: 0,
    min: 0,
    max: 1024,
  }),
  channel: choice("One channel for all devices, or one for each", kinds, "extended"),
  requireStandardJobs: toggle("With standard channels: take no other jobs, as devices do", true),
  nominalHashRate: optional(
    number("Hash rate to announce, instead of the measured one", {
      min: 0,
      max: 1e18,
      unit: "h/s",
    }),
  ),
  deviceId: text("Tells the pool which device this is, if it should know", ""),
  statusSeconds: integer("Between lines on how it goes in the log; 0 is none", {
    fallback: 60,
    min: 0,
    max: 86_400,
    unit: "seconds",
  }),
} satisfies Settings;

/** `headframe mine`: runs until a signal, or until no upstream takes it. */
export const mine = command({
  name: "mine",
  summary: "Mine with this machine's processors",
  examples: [
    "mine stratum2+tcp://pool.example:3333/9auq… --user-identity bc1q….garage",
    "mine -c mine.toml --threads 2",
  ],
  settings: MINE_SETTINGS,
  service: {},
  check: (values) => [
    ...values.upstreams.length === 0 ? ["upstreams needs at least one pool"] : [],
    ...upstreamProblems(values.upstreams, values),
  ],
  run: startMiner,
});

/** Mines until the host's signal fires. */
export async function startMiner(
  values: ConfigOf<typeof MINE_SETTINGS>,
  { host, terminal }: Pick<Context, "host" | "terminal">,
): Promise<void> {
  if (values.userIdentity === ANYBODY) {
    host.log.warn("config.warning", { hint: "user_identity is not set: the pool will pay nobody" });
  }
  const driver = cpu(values.threads === 0 ? {} : { threads: values.threads });
  await serveMine({ ...values, firmware: `headframe ${VERSION}` }, host, {
    driver,
    screen: terminal,
  });
}

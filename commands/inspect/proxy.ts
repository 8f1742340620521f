import { address, integer, optional, path } from "../../lib/config/kinds.ts";
import type { ConfigOf, Setting, Settings } from "../../lib/config/setting.ts";
import { OperatorError, reasonOf } from "../../lib/errors.ts";
import { bytesText } from "../../lib/inspect/dissect/traffic.ts";
import { LiveEntries } from "../../lib/inspect/live_entries.ts";
import { count } from "../../lib/inspect/show/summary.ts";
import { EntryStore } from "../../lib/inspect/web/entry_store.ts";
import { generateSecretKey, publicKeyOf } from "../../lib/noise/crypto.ts";
import { type Address, formatAddress } from "../../lib/ports.ts";
import { TAP_LIMITS } from "../../lib/roles/tap/config.ts";
import { Recorder, type RecordingFile } from "../../lib/roles/tap/recorder.ts";
import { serveTap } from "../../lib/roles/tap/serve_tap.ts";
import type { Log } from "../../lib/telemetry/log.ts";
import { command, type Context } from "../command.ts";
import {
  allowUnauthenticated,
  authoritySecretKey,
  certValiditySec,
  formatUpstream,
  upstreamProblems,
} from "../settings.ts";
import { VERSION } from "../version.ts";
import { openRecording } from "./recording_file.ts";
import { checkOutput, FILTER, OUTPUT, SENSE } from "./settings.ts";
import {
  formatTarget,
  type Target,
  targetProblems,
  targets,
  upstreamsOf,
} from "./upstream_settings.ts";
import { View } from "./view.ts";
import { checkWeb, openPage, WEB } from "./web.ts";

/** Milliseconds that whoever reads has at the end for what was not read by then. */
const LAST_WORDS_MS = 2_000;

const PROXY_SETTINGS = {
  listen: listenAddress("Where clients connect; :3335 is that port on all addresses"),
  to: targets(
    "Where they are connected to: stratum2+tcp://host:port/KEY, and stratum+tcp://host:port for " +
      "those that speak Stratum V1",
  ),
  authoritySecretKey: optional({
    ...authoritySecretKey,
    doc: "Signs the certificate that clients see; made for this run if there is none",
  }),
  certValiditySec,
  allowUnauthenticated,
  ...FILTER,
  ...SENSE,
  ...OUTPUT,
  ...WEB,
  write: optional(
    path("Record what passes in this new file: pcapng, the clients' side, with the keys inside"),
  ),
  maxBytes: integer("Most bytes of the recording; what passes after that is not in it", {
    fallback: 1 << 30,
    min: 1_000,
    max: 1e15,
    unit: "bytes",
  }),
  maxConnections: integer("Connections at a time", {
    fallback: TAP_LIMITS.maxConnections,
    min: 1,
    max: 1_000_000,
  }),
} satisfies Settings;

/** `headframe inspect proxy`: what clients and a server say to each other, while they say it. */
export const proxy = command({
  name: "proxy",
  summary: "Stand between miners and a pool, or any client and server, and show what they say",
  examples: [
    "inspect proxy --listen :3335 --to stratum2+tcp://pool.example:3333/9auq… --write seen.pcapng",
    "inspect proxy --to stratum+tcp://127.0.0.1:34255 --to 127.0.0.1:3333 --lint",
  ],
  settings: PROXY_SETTINGS,
  check(values) {
    const { sv2 } = upstreamsOf(values.to);
    return [
      ...targetProblems(values.to),
      ...upstreamProblems(sv2 === undefined ? [] : [sv2], values),
      ...checkOutput(values),
      ...checkWeb(values),
    ];
  },
  async run(values, { host, terminal }) {
    const { to, certValiditySec, maxConnections } = values;
    const secretKey = values.authoritySecretKey ?? generateSecretKey(host.random);
    using file = values.write === undefined ? undefined : openRecording(values.write);
    const recorder = file && startRecording(file, values, host.log);
    const view = new View({ print: terminal.feed, tell: terminal.tell }, values);
    let isDue = false;
    const store = values.web ? storeFor(values) : undefined;
    const live = new LiveEntries((entry) => {
      if (store !== undefined) return void store.add(entry);
      view.take(entry);
      if (isDue) return;
      isDue = true;
      queueMicrotask(() => {
        isDue = false;
        view.flush();
      });
    });
    const server = serveTap(
      {
        listen: values.listen,
        authoritySecretKey: secretKey,
        certValiditySec,
        upstreams: upstreamsOf(to),
        limits: { ...TAP_LIMITS, maxConnections, maxConnectionsPerAddress: maxConnections },
      },
      host,
      {
        witnesses: [live, ...recorder === undefined ? [] : [recorder]],
        time: () => (performance.timeOrigin + performance.now()) * 1_000,
      },
    );
    const page = store && openPage(store, values, { host, terminal });
    tellStart(server.address, { to, authorityKey: publicKeyOf(secretKey), file, terminal });
    await server.done;
    live.end();
    await page?.close();
    view.flush();
    await Promise.race([terminal.fed(), host.clock.sleep(LAST_WORDS_MS)]);
    terminal.tell(summaryText(live, recorder, file) + view.leftOut());
    view.judge();
  },
});

/** Holds what passes, for the page. */
function storeFor({ to, filter }: ConfigOf<typeof PROXY_SETTINGS>): EntryStore {
  const { sv1, sv2 } = upstreamsOf(to);
  const servers = [sv2, sv1].filter((server) => server !== undefined).map(formatAddress);
  return new EntryStore(`proxy to ${servers.join(", ")}`, { filter, isFollowed: true });
}

/** `host:port`, or `:port` for all addresses of this machine. */
function listenAddress(doc: string): Setting<Address> {
  const plain = address(doc, "0.0.0.0:3335");
  const read = (given: string): Address =>
    plain.fromText(given.trim().startsWith(":") ? `0.0.0.0${given.trim()}` : given);
  return {
    ...plain,
    fromText: read,
    fromToml: (given) => typeof given === "string" ? read(given) : plain.fromToml(given),
  };
}

function startRecording(
  file: RecordingFile,
  { maxBytes }: Pick<ConfigOf<typeof PROXY_SETTINGS>, "maxBytes">,
  log: Log,
): Recorder {
  try {
    return new Recorder({ file, maxBytes, log, application: `headframe ${VERSION}` });
  } catch (cause) {
    throw new OperatorError("failure", `Cannot write ${file.path}: ${reasonOf(cause)}`, { cause });
  }
}

interface Start {
  readonly to: readonly Target[];
  /** The proxy's own. */
  readonly authorityKey: Uint8Array;
  readonly file: RecordingFile | undefined;
  readonly terminal: Context["terminal"];
}

/** Says what to give to the clients. */
function tellStart(listening: Address, { to, authorityKey, file, terminal }: Start): void {
  const here = { ...listening, hostname: reachable(listening.hostname) };
  terminal.tell(`Listening on ${formatAddress(listening)}. Give clients this address:`);
  for (const target of to) {
    const url = target.speaks === "sv1"
      ? formatTarget({ ...target, address: here })
      : formatUpstream({ ...here, authorityKey });
    terminal.tell(`  ${url}   which leads to ${formatTarget(target)}`);
  }
  if (file !== undefined) {
    terminal.tell(`Recording to ${file.path}: whoever has that file can read what passes.`);
  }
  terminal.tell("Ctrl-C ends it.");
}

/** An address of this machine that others can use, where it listens on all it has. */
function reachable(hostname: string): string {
  if (hostname !== "0.0.0.0" && hostname !== "::") return hostname;
  const outside = Deno.networkInterfaces().find(({ family, address }) =>
    family === "IPv4" && !address.startsWith("127.")
  );
  return outside?.address ?? "127.0.0.1";
}

function summaryText(
  { totals }: LiveEntries,
  recorder: Recorder | undefined,
  file: RecordingFile | undefined,
): string {
  const { connections, frames, lines, unknown, errors } = totals;
  const parts = [
    count(connections, "connection"),
    count(frames, "message"),
    ...lines === 0 ? [] : [count(lines, "line") + " of Stratum V1"],
    ...unknown === 0 ? [] : [`${unknown} of unknown type`],
    ...errors === 0 ? [] : [`${errors} that cannot be decoded`],
  ];
  if (recorder === undefined || file === undefined) return parts.join(", ");
  const isWhole = recorder.isStopped ? ", which is not all" : "";
  return `${parts.join(", ")}; recorded ${bytesText(recorder.bytes)} in ${file.path}${isWhole}`;
}

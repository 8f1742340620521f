import { Bench, OTHER_KEY, PUBLIC_KEY } from "../support/headframe.ts";
import { freePort, type Started } from "../support/process.ts";
import type { Row } from "../support/row.ts";
import { sriPool } from "../support/sri.ts";

/**
 * Who is not who it should be, or lives at another time, is refused by whoever notices. Clocks are
 * shifted for one process with Debian's faketime.
 */
export const refusals: readonly Row[] = [
  {
    pairing: "our ping → SRI pool_sv2: wrong authority key",
    shows: "we refuse and say that the key is wrong",
    run: ({ bin }) =>
      pingSri(bin, {
        key: OTHER_KEY,
        says: /not signed by .*?: the authority key in the configuration is wrong/,
      }),
  },
  {
    pairing: "our ping → SRI pool_sv2 whose clock is ten minutes ahead",
    shows: "we refuse and say that a clock is wrong",
    run: ({ bin }) =>
      pingSri(bin, {
        shift: "+10m",
        says: /not valid before .*? here: your clock seems 10 minutes behind/,
      }),
  },
  {
    pairing: "our ping → SRI pool_sv2 whose certificate has expired",
    shows: "we refuse and say when it expired",
    run: ({ bin }) =>
      pingSri(bin, {
        shift: "-10m",
        validSeconds: 120,
        says: /expired at .*? here: your clock seems \d minutes ahead/,
      }),
  },
  {
    pairing: "SRI mining_device → our pool: wrong authority key",
    shows: "the device refuses, the pool opens nothing",
    run: ({ bin }) => deviceRefuses(bin, { key: OTHER_KEY }),
  },
  {
    pairing: "SRI mining_device whose clock is ten minutes behind → our pool",
    shows: "the device refuses, the pool opens nothing",
    run: ({ bin }) => deviceRefuses(bin, { shift: "-10m" }),
  },
  {
    pairing: "SRI mining_device ten minutes ahead → our pool with short certificates",
    shows: "the device finds the certificate expired, the pool opens nothing",
    run: ({ bin }) => deviceRefuses(bin, { shift: "+10m", validSeconds: 120 }),
  },
  {
    pairing: "SRI pool_sv2 → our tp: wrong authority key",
    shows: "its pool refuses our templates",
    async run({ bin }) {
      await using bench = new Bench();
      const { tp, port: templates } = await bench.tp();
      const config = sriPool({ port: freePort(), templates });
      const trusting = config.replace(/public_key = "[^"]*"\n$/, `public_key = "${OTHER_KEY}"\n`);
      const pool = bench.start("pool_sv2", `${bin}/pool_sv2`, [
        "-c",
        bench.file("pool.toml", trusting),
      ], { RUST_LOG: "info" });
      const [said] = await pool.sees(/Noise handshake failed.*?InvalidCertificate/, 60_000);
      if (tp.output().includes('"template.sent"')) throw new Error("it took a template");
      return said;
    },
  },
];

interface Ping {
  readonly key?: string;
  readonly shift?: string;
  readonly validSeconds?: number;
  readonly says: RegExp;
}

async function pingSri(bin: string, ping: Ping): Promise<string> {
  await using bench = new Bench();
  const { port: templates } = await bench.tp();
  const port = freePort();
  // It must not refuse our template provider for the time it lives in.
  const config = sriPool({ port, templates, validSeconds: ping.validSeconds ?? 3600 })
    .replace(/public_key = "[^"]*"\n$/, "");
  const pool = shifted(
    bench,
    `${bin}/pool_sv2`,
    ["-c", bench.file("pool.toml", config)],
    ping.shift,
  );
  await pool.sees(/ready to accept connections/, 60_000);
  const started = bench.run(["ping", `stratum2+tcp://127.0.0.1:${port}/${ping.key ?? PUBLIC_KEY}`]);
  const code = await started.ended;
  if (code !== 4) throw new Error(`ping ended with ${code}:\n${started.output()}`);
  const [said] = started.output().match(ping.says) ?? [];
  if (said === undefined) throw new Error(`ping said:\n${started.output()}`);
  return said;
}

interface Refusal {
  readonly key?: string;
  readonly shift?: string;
  readonly validSeconds?: number;
}

async function deviceRefuses(bin: string, refusal: Refusal): Promise<string> {
  await using bench = new Bench();
  const { port: templates } = await bench.tp();
  const { pool, port } = await bench.pool(
    templates,
    `cert_validity_sec = ${refusal.validSeconds ?? 3600}`,
  );
  const device = shifted(bench, `${bin}/mining_device`, [
    "--address-pool",
    `127.0.0.1:${port}`,
    "--pubkey-pool",
    refusal.key ?? PUBLIC_KEY,
    "--cores",
    "1",
  ], refusal.shift);
  const [said] = await device.sees(/NoiseSv2Error.InvalidCertificate/, 60_000);
  // The pool's own session with its template provider is Headframe's on both ends.
  if (/"connection\.ready"(?!.*Headframe)/.test(pool.output())) {
    throw new Error("a session was opened");
  }
  return said;
}

/** Debian's faketime as a library: its command would stay between us and the program. */
const FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";

function shifted(bench: Bench, command: string, args: readonly string[], shift?: string): Started {
  const name = command.slice(command.lastIndexOf("/") + 1);
  return bench.start(name, command, args, {
    RUST_LOG: "info",
    ...(shift !== undefined && {
      LD_PRELOAD: FAKETIME,
      FAKETIME: shift,
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
    }),
  });
}

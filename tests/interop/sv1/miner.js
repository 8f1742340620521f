/**
 * An Sv1 miner for the tests: npm's `stratum-client`, which nobody here wrote, speaks; this file only
 * hashes. The client names its requests by strings where SRI's translator wants numbers, so a relay
 * in between changes the ids, and nothing else, in both directions. (Not TypeScript: the package has
 * no types.)
 *
 *   deno run -A tests/interop/sv1/miner.js HOST PORT WORKER
 *
 * Prints `authorized`, `accepted N` and `rejected N`.
 *
 * @module
 */

import { connect, createServer } from "node:net";
import process from "node:process";
import start from "npm:stratum-client@1.1.0";
import { sha256d } from "../../../lib/bitcoin/hash.ts";
import { Scanner } from "../../../lib/kernel/scan.ts";
import { bytesFromTarget, targetOfDifficulty } from "../../../lib/pow/target.ts";

const [host, port, worker] = process.argv.slice(2);
const IDS = ["mining.subscribe", "mining.authorize", "mining.submit"];
/** Nonces between two looks at the network. */
const SLICE = 200_000;

const say = (line) => process.stdout.write(`${line}\n`);

/** A port that leads to the translator, changing ids on the way. */
function relay() {
  const server = createServer((client) => {
    const upstream = connect(Number(port), host);
    pipeLines(client, upstream, (message) => ({ ...message, id: 1 + IDS.indexOf(message.id) }));
    pipeLines(
      upstream,
      client,
      (message) => message.method ? message : { ...message, id: IDS[message.id - 1] },
    );
    for (const socket of [client, upstream]) {
      socket.on("error", () => {});
      socket.on("close", () => [client, upstream].forEach((end) => end.destroy()));
    }
  });
  return new Promise((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve(server.address().port))
  );
}

function pipeLines(from, to, change) {
  let left = "";
  from.setEncoding("utf8");
  from.on("data", (text) => {
    const lines = (left + text).split("\n");
    left = lines.pop() ?? "";
    for (const line of lines.filter(Boolean)) {
      to.write(`${JSON.stringify(change(JSON.parse(line)))}\n`);
    }
  });
}

const scanner = new Scanner();
let work;
let extranonce2 = 0;
let accepted = 0;
let rejected = 0;
const difficulties = [];

const client = start({
  server: "127.0.0.1",
  port: await relay(),
  worker,
  password: "x",
  autoReconnectOnError: false,
  onAuthorizeSuccess: () => say("authorized"),
  onNewDifficulty: (difficulty) => {
    difficulties.push(difficulty);
    say(`difficulty ${difficulty}`);
  },
  onNewMiningWork: (fresh) => {
    work = fresh;
    say(`work ${fresh.jobId}`);
  },
  onSubmitWorkSuccess: () => say(`accepted ${++accepted}`),
  onSubmitWorkFail: (error) => say(`rejected ${++rejected} ${JSON.stringify(error)}`),
  onError: (error) => say(`error ${error}`),
  onClose: () => {
    say("closed");
    process.exit(1);
  },
});

/** One coinbase's nonces, a slice at a time, until the work changes. */
async function mine() {
  for (;;) {
    const current = work;
    if (current === undefined || difficulties.length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      continue;
    }
    const rolled = (extranonce2++).toString(16).padStart(current.extraNonce2Size * 2, "0");
    scanner.prepare(
      headerOf(current, rolled),
      bytesFromTarget(targetOfDifficulty(difficulties.at(-1))),
    );
    for (let nonce = 0; nonce + SLICE < 2 ** 32 && work === current;) {
      const { nonces, tried } = scanner.scan(nonce, SLICE);
      for (const found of nonces) submit(current, rolled, found);
      nonce += tried;
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  }
}

function submit({ jobId, ntime }, extranonce, nonce) {
  client.submit({
    client: client.client,
    worker_name: worker,
    job_id: jobId,
    extranonce2: extranonce,
    ntime,
    nonce: nonce.toString(16).padStart(8, "0"),
  });
}

/** The header as hashed, from what `mining.notify` has as hexadecimal of words. */
function headerOf(notified, rolled) {
  const { version, prevhash, coinb1, coinb2, merkle_branch: branch, ntime, nbits } = notified;
  const coinbase = Uint8Array.fromHex(coinb1 + notified.extraNonce1 + rolled + coinb2);
  let root = sha256d(coinbase);
  for (const sibling of branch) root = sha256d(Uint8Array.fromHex(root.toHex() + sibling));
  const header = new Uint8Array(80);
  header.set(Uint8Array.fromHex(version).reverse(), 0);
  const prev = Uint8Array.fromHex(prevhash);
  for (let at = 0; at < 32; at += 4) header.set(prev.slice(at, at + 4).reverse(), 4 + at);
  header.set(root, 36);
  header.set(Uint8Array.fromHex(ntime).reverse(), 68);
  header.set(Uint8Array.fromHex(nbits).reverse(), 72);
  return header;
}

await mine();

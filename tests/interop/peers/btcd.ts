import { once, run, type Say } from "./install.ts";

const VERSION = "v0.26.2";

/** Builds btcd into `root`/bin, from the Go module proxy. A minute, once. */
export async function ensureBtcd(root: string, say: Say): Promise<void> {
  await once(`${root}/.btcd-${VERSION}`, [`${root}/bin/btcd`], async () => {
    say(`building btcd ${VERSION} with go, once; this takes a minute or two`);
    await run("go", ["install", `github.com/btcsuite/btcd@${VERSION}`], { GOBIN: `${root}/bin` });
  });
}

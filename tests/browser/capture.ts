import { Recording } from "../support/recordings.ts";
import { HOSTILE } from "../support/web_story.ts";

/** A capture, and the keys to it. */
export interface Captured {
  readonly capture: Uint8Array;
  readonly keyLog: string;
}

/** Our own roles at work for a minute: a template provider, a pool, and miners, one with a name that bites. */
export async function captureOurs(): Promise<Captured> {
  const recording = new Recording();
  const node = recording.provider();
  await recording.pass(1_000);
  recording.pool();
  await recording.pass(1_000);
  const miners = [
    recording.miner(),
    recording.miner({ channel: "standard", userIdentity: "bob" }),
    recording.miner({ userIdentity: HOSTILE }),
  ];
  await recording.pass(1_000);
  for (let block = 0; block < 4; block++) {
    for (const miner of miners) {
      miner.find(1);
      await recording.pass(1_500);
      node.transact();
      await recording.pass(2_000);
    }
  }
  await recording.end();
  return { capture: recording.network.capture(), keyLog: recording.keyLog };
}

import type { Entry } from "../../lib/inspect/entry.ts";
import { SetupConnection, SetupConnectionSuccess } from "../../lib/messages/common.ts";
import {
  CloseChannel,
  OpenExtendedMiningChannel,
  OpenExtendedMiningChannelSuccess,
  SetTarget,
} from "../../lib/messages/mining.ts";
import { connectionOf, Tape } from "./tape.ts";

/** Text that does something wherever it is not taken for text. */
export const HOSTILE = '<img src=x onerror="document.title=1">\x1b[31m\u202eevil\u0007';

/**
 * A short story for the page: a miner opens channel 7 under a hostile name, gets a target, and closes
 * it with a code that no code may be (ERR-3). On connection 2 somebody else gets a target for channel 7.
 */
export function webStory(): Entry[] {
  return new Tape(connectionOf(1))
    .up(SetupConnection, {
      protocol: 0,
      minVersion: 2,
      maxVersion: 2,
      flags: 0,
      endpointHost: "pool.example",
      endpointPort: 3333,
      vendor: HOSTILE,
      hardwareVersion: "9",
      firmware: "",
      deviceId: "",
    })
    .down(SetupConnectionSuccess, { usedVersion: 2, flags: 0 })
    .up(OpenExtendedMiningChannel, {
      requestId: 1,
      userIdentity: HOSTILE,
      nominalHashRate: 1e12,
      maxTarget: 2n ** 224n,
      minExtranonceSize: 4,
    })
    .wait(2)
    .down(OpenExtendedMiningChannelSuccess, {
      requestId: 1,
      channelId: 7,
      target: 2n ** 220n,
      extranonceSize: 4,
      extranoncePrefix: Uint8Array.of(1, 2, 3, 4),
      groupChannelId: 1,
    })
    .down(SetTarget, { channelId: 7, maximumTarget: 2n ** 210n })
    .up(CloseChannel, { channelId: 7, reasonCode: "\x1b[2J" })
    .on(connectionOf(2, { isWhole: false }))
    .down(SetTarget, { channelId: 7, maximumTarget: 2n ** 210n })
    .entries;
}

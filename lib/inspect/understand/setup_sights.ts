/**
 * SV2 §3.6 and extension 0x0001: what opens a connection.
 *
 * @module
 */

import {
  SetupConnection,
  SetupConnectionError,
  SetupConnectionSuccess,
} from "../../messages/common.ts";
import {
  RequestExtensions,
  RequestExtensionsError,
  RequestExtensionsSuccess,
} from "../../messages/extensions.ts";
import type { ExtensionsRequest } from "./request.ts";
import { on, type Scene } from "./scene.ts";
import type { SetupAbout } from "./sight.ts";

/** Extensions of a connection that are remembered. */
const MOST_EXTENSIONS = 64;

/** What the tracker learns from how a connection is set up. */
export const SETUP_SIGHTS = [
  on(SetupConnection, (value, { on, at }) => {
    const again = on.setup !== undefined;
    if (!again) on.setup = { ...at, value };
    return { kind: "setup", value, again };
  }),
  on(SetupConnectionSuccess, ({ flags }, scene) => answered(true, flags, scene)),
  on(SetupConnectionError, ({ flags }, scene) => answered(false, flags, scene)),
  on(RequestExtensions, ({ requestId, requestedExtensions }, { world, on, at }) => {
    const extensions = requestedExtensions.slice(0, MOST_EXTENSIONS);
    const request: ExtensionsRequest = { ...at, on, kind: "extensions", requestId, extensions };
    const clash = on.request("extensions", requestId);
    world.ask(request);
    on.negotiating = at;
    return { kind: "extensions-asked", request, clash, late: on.spoken > 0 };
  }),
  on(RequestExtensionsSuccess, ({ requestId, supportedExtensions }, scene) => {
    const request = askedFor(requestId, scene);
    const { extensions } = scene.on;
    extensions.clear();
    for (const extension of supportedExtensions.slice(0, MOST_EXTENSIONS)) {
      extensions.add(extension);
    }
    return { kind: "extensions-answered", request, supported: supportedExtensions };
  }),
  on(RequestExtensionsError, ({ requestId }, scene) => {
    const request = askedFor(requestId, scene);
    return { kind: "extensions-answered", request, supported: [] };
  }),
];

function answered(accepted: boolean, flags: number, { on, at }: Scene): SetupAbout {
  const again = on.answer !== undefined;
  if (!again) on.answer = { accepted, flags, at };
  return { kind: "setup-answer", accepted, setup: on.setup?.value, again };
}

function askedFor(requestId: number, { world, on }: Scene): ExtensionsRequest | undefined {
  const request = on.request("extensions", requestId);
  if (request !== undefined) world.answered(request);
  on.negotiating = undefined;
  return request;
}

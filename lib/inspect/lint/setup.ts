/**
 * Rules about opening a connection, SV2 §3.6.
 *
 * @module
 */

import { SetupConnectionSuccess } from "../../messages/common.ts";
import { MINING_CLIENT_FLAGS, MINING_SERVER_FLAGS } from "../../messages/flags.ts";
import { valueIn } from "../understand/read.ts";
import { fault, type Rule, ruleOn, ruleOnFrames } from "./rule.ts";

const VERSION = 2;

/** The beginning of a connection. */
export const SETUP_RULES: readonly Rule[] = [
  ruleOnFrames({
    id: "CONN-1",
    title: "SetupConnection is the client's first message",
    check({ direction, message }, { on, at, about }) {
      if (!on.isWhole || direction !== "up" || on.firstUp?.order !== at.order) return undefined;
      if (about.kind === "setup") return undefined;
      return fault("client", `${message?.name ?? "an unknown message"} first`, "SetupConnection");
    },
  }),
  ruleOnFrames({
    id: "CONN-2",
    title: "The server answers SetupConnection before it says anything else",
    check({ direction, message }, { on, at, about }) {
      if (!on.isWhole || direction !== "down" || on.firstDown?.order !== at.order) return undefined;
      if (about.kind === "setup-answer" && about.setup !== undefined) return undefined;
      return fault(
        "server",
        `${message?.name ?? "an unknown message"} first`,
        "SetupConnection.Success or .Error, after SetupConnection",
        [on.setup?.entry],
      );
    },
  }),
  ruleOn("setup-answer", {
    id: "CONN-2",
    title: "SetupConnection is answered once",
    check: ({ again }, { on }) =>
      again && on.isWhole
        ? fault("server", "another answer to SetupConnection", "one", [on.answer?.at.entry])
        : undefined,
  }),
  ruleOn("setup", {
    id: "CONN-4",
    title: "vendor is set",
    check: ({ value }) =>
      value.vendor === ""
        ? fault("client", "an empty vendor", "the maker of the device or program")
        : undefined,
  }),
  ruleOn("setup", {
    id: "CONN-6",
    title: "min_version and max_version are 2",
    check: ({ value: { minVersion, maxVersion } }) =>
      minVersion === VERSION && maxVersion === VERSION
        ? undefined
        : fault("client", `versions ${minVersion} to ${maxVersion}`, "2 to 2"),
  }),
  ruleOn("setup-answer", {
    id: "CONN-7",
    title: "used_version is one that the client offers",
    check({ setup }, { entry, on }) {
      const version = valueIn(entry, SetupConnectionSuccess)?.usedVersion;
      if (setup === undefined || version === undefined) return undefined;
      const { minVersion, maxVersion } = setup;
      if (version >= minVersion && version <= maxVersion) return undefined;
      const expected = `${minVersion} to ${maxVersion}`;
      return fault("server", `used_version ${version}`, expected, [on.setup?.entry]);
    },
  }),
  ruleOnFrames({
    id: "CONN-14",
    title: "After SetupConnection.Error the server closes the connection",
    check({ direction, message }, { on, at }) {
      const { answer } = on;
      if (direction !== "down" || answer === undefined || answer.accepted) return undefined;
      if (answer.at.order === at.order) return undefined;
      const what = message?.name ?? "a message";
      return fault("server", `${what} after SetupConnection.Error`, "nothing", [answer.at.entry]);
    },
  }),
  ruleOn("setup", {
    id: "CONN-15",
    title: "SetupConnection is sent once",
    check: ({ again }, { on }) =>
      again
        ? fault("client", "SetupConnection again", "one on a connection", [on.setup?.entry])
        : undefined,
  }),
  ruleOn("setup-answer", {
    id: "MIN-3",
    title: "A server that accepts REQUIRES_VERSION_ROLLING does not require a fixed version",
    check({ accepted }, { on }) {
      const { requiresVersionRolling } = MINING_CLIENT_FLAGS;
      const { requiresFixedVersion } = MINING_SERVER_FLAGS;
      if (!accepted || on.protocol !== "mining") return undefined;
      if (!on.clientFlag(requiresVersionRolling)) return undefined;
      if (!on.serverFlag(requiresFixedVersion)) return undefined;
      return fault(
        "server",
        "REQUIRES_FIXED_VERSION to a client with REQUIRES_VERSION_ROLLING",
        "SetupConnection.Error, or no such flag",
        [on.setup?.entry],
      );
    },
  }),
  ruleOn("setup-answer", {
    id: "JD-2",
    title: "SetupConnection.Success of job declaration has no flags",
    check({ accepted }, { on }) {
      const flags = on.answer?.flags ?? 0;
      if (!accepted || on.protocol !== "declaration" || flags === 0) return undefined;
      return fault("server", `flags 0x${flags.toString(16)}`, "0");
    },
  }),
];

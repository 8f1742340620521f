import {
  SetupConnection,
  SetupConnectionError,
  SetupConnectionSuccess,
} from "../../messages/common.ts";
import { testCases } from "../../../tests/support/lint_cases.ts";
import {
  DeclarationTape,
  MiningTape,
  ProtocolTape,
} from "../../../tests/support/protocol_tapes.ts";
import { SETUP } from "../../../tests/support/raw_client.ts";
import { SETUP_RULES } from "./setup.ts";

const asked = () => new MiningTape().up(SetupConnection, SETUP);
const REFUSAL = { flags: 0, errorCode: "unsupported-protocol" };

testCases(SETUP_RULES, [
  {
    rule: "CONN-1",
    by: "client",
    name: "a channel is asked for first",
    clean: () => new MiningTape().setup().ask(),
    broken: () => new MiningTape().ask(),
  },
  {
    rule: "CONN-2",
    by: "server",
    name: "a job comes in place of an answer",
    clean: () => new MiningTape().setup().open().job(),
    broken: () => asked().job(),
    also: ["MIN-25"],
  },
  {
    rule: "CONN-2",
    by: "server",
    name: "a second answer",
    clean: () => new ProtocolTape().setup(),
    broken: () =>
      new ProtocolTape().setup().down(SetupConnectionSuccess, { usedVersion: 2, flags: 0 }),
  },
  {
    rule: "CONN-4",
    by: "client",
    name: "an empty vendor",
    clean: () => asked(),
    broken: () => new ProtocolTape().up(SetupConnection, { ...SETUP, vendor: "" }),
  },
  {
    rule: "CONN-6",
    by: "client",
    name: "versions from 1 on",
    clean: () => asked(),
    broken: () => new ProtocolTape().up(SetupConnection, { ...SETUP, minVersion: 1 }),
  },
  {
    rule: "CONN-7",
    by: "server",
    name: "a version that was not offered",
    clean: () => asked().down(SetupConnectionSuccess, { usedVersion: 2, flags: 0 }),
    broken: () => asked().down(SetupConnectionSuccess, { usedVersion: 3, flags: 0 }),
  },
  {
    rule: "CONN-14",
    by: "server",
    name: "it goes on after refusing",
    clean: () => asked().down(SetupConnectionError, REFUSAL),
    broken: () => asked().down(SetupConnectionError, REFUSAL).ask().grant({ requestId: 7 }),
  },
  {
    rule: "CONN-15",
    by: "client",
    name: "SetupConnection twice",
    clean: () => new MiningTape().setup(),
    broken: () => new MiningTape().setup().up(SetupConnection, SETUP),
  },
  {
    rule: "MIN-3",
    by: "server",
    name: "a fixed version for a client that rolls it",
    clean: () => new MiningTape().setup({ flags: 4 }, 0),
    broken: () => new MiningTape().setup({ flags: 4 }, 1),
  },
  {
    rule: "JD-2",
    by: "server",
    name: "flags where none are defined",
    clean: () => new DeclarationTape().setup({ protocol: 1, flags: 1 }, 0),
    broken: () => new DeclarationTape().setup({ protocol: 1, flags: 1 }, 1),
  },
]);

import { OpenMiningChannelError } from "../../messages/mining.ts";
import { textFromBytes } from "../../codec/text.ts";
import { testCases } from "../../../tests/support/lint_cases.ts";
import { MiningTape } from "../../../tests/support/protocol_tapes.ts";
import { STRING_RULES } from "./strings.ts";

function refused(errorCode: string): MiningTape {
  return new MiningTape().setup().ask().down(OpenMiningChannelError, { requestId: 7, errorCode });
}

testCases(STRING_RULES, [
  {
    rule: "ERR-3",
    by: "server",
    name: "a line break in an error code",
    clean: () => refused("unknown-user"),
    broken: () => refused("unknown\nuser"),
    also: ["ERR-5"],
  },
  {
    rule: "ERR-4",
    by: "server",
    name: "an error code in Greek",
    clean: () => refused("unknown-user"),
    broken: () => refused("άγνωστος"),
    also: ["ERR-5"],
  },
  {
    rule: "ERR-5",
    by: "server",
    name: "an error code of its own",
    clean: () => refused("unknown-user"),
    broken: () => refused("who-are-you"),
  },
  {
    rule: "ERR-5",
    by: "server",
    name: "the name of something that all objects have",
    clean: () => refused("unknown-user"),
    broken: () => refused("constructor"),
  },
  {
    rule: "TYPE-6",
    by: "client",
    name: "a name that is not UTF-8",
    clean: () => new MiningTape().setup().ask({ userIdentity: "Zoë" }),
    broken: () =>
      new MiningTape().setup().ask({ userIdentity: textFromBytes(Uint8Array.of(0x5a, 0xff)) }),
  },
]);

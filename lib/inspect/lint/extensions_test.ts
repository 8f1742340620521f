import {
  RequestExtensions,
  RequestExtensionsSuccess,
  userIdentityTlv,
} from "../../messages/extensions.ts";
import { SubmitSharesExtended } from "../../messages/mining.ts";
import { testCases } from "../../../tests/support/lint_cases.ts";
import { MiningTape } from "../../../tests/support/protocol_tapes.ts";
import { EXTENSION_RULES } from "./extensions.ts";

const WORKER = userIdentityTlv("rig");
const OTHER = { extensionType: 3, fieldType: 1, value: Uint8Array.of(1) };
const LONG = { ...WORKER, value: new Uint8Array(33).fill(0x61) };
const REQUEST = { requestId: 1, requestedExtensions: [2] };

function mining(...extensions: number[]): MiningTape {
  const tape = new MiningTape().setup();
  if (extensions.length > 0) tape.extensions(...extensions);
  return tape.open().job().begin();
}

testCases(EXTENSION_RULES, [
  {
    rule: "EXT-8",
    by: "client",
    name: "a message of an extension that was not agreed on",
    clean: () => mining(0x4001).frame("up", Uint8Array.of(0x01, 0x40, 0x00, 0, 0, 0)),
    broken: () => mining(2).frame("up", Uint8Array.of(0x01, 0x40, 0x00, 0, 0, 0)),
  },
  {
    rule: "EXT-8",
    by: "client",
    name: "a field of an extension that was not agreed on",
    clean: () => mining(2, 3).share({}, [WORKER, OTHER]),
    broken: () => mining(2).share({}, [WORKER, OTHER]),
  },
  {
    rule: "EXT-9",
    by: "client",
    name: "RequestExtensions after the channel",
    clean: () => new MiningTape().setup().extensions(2).open(),
    broken: () => new MiningTape().setup().open().up(RequestExtensions, REQUEST),
  },
  {
    rule: "EXT-10",
    by: "client",
    name: "a channel is asked for without waiting",
    // A second without an answer is enough.
    clean: () => new MiningTape().setup().up(RequestExtensions, REQUEST).wait(1.1).ask(),
    broken: () => new MiningTape().setup().up(RequestExtensions, REQUEST).ask(),
  },
  {
    rule: "EXT-16",
    by: "server",
    name: "an answer with another request_id",
    clean: () => new MiningTape().setup().extensions(2),
    broken: () =>
      new MiningTape().setup().up(RequestExtensions, REQUEST)
        .down(RequestExtensionsSuccess, { requestId: 2, supportedExtensions: [2] }),
  },
  {
    rule: "EXT-22",
    by: "client",
    name: "fields in the wrong order",
    clean: () => mining(2, 3).share({}, [WORKER, OTHER]),
    broken: () => {
      const tape = mining(2, 3).share();
      const [last] = tape.entries.slice(-1);
      if (last?.kind !== "frame") throw new Error("no share");
      tape.entries.pop();
      const tlvs = Uint8Array.of(3, 0, 1, 1, 0, 1, 2, 0, 1, 3, 0, 0x72, 0x69, 0x67);
      const { length } = last.payload;
      const head = [0, 0x80, SubmitSharesExtended.id, length + tlvs.length, 0, 0];
      return tape.frame("up", Uint8Array.of(...head, ...last.payload, ...tlvs));
    },
  },
  {
    rule: "EXT-24",
    by: "client",
    name: "a name of 33 bytes",
    clean: () => mining(2).share({}, [WORKER]),
    broken: () => mining(2).share({}, [LONG]),
  },
  {
    rule: "EXT-25",
    by: "client",
    name: "a share that names nobody",
    clean: () => mining(2).share({}, [WORKER]),
    broken: () => mining(2).share(),
  },
  {
    rule: "EXT-25",
    by: "client",
    name: "a share that names two",
    clean: () => mining(2).share({}, [WORKER]),
    broken: () => mining(2).share({}, [WORKER, WORKER]),
  },
  {
    rule: "EXT-27",
    by: "client",
    name: "a worker's name without the extension",
    clean: () => mining().share(),
    broken: () => mining().share({}, [WORKER]),
  },
]);

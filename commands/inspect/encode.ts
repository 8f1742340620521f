import { positional, text, texts, toggle } from "../../lib/config/kinds.ts";
import { encodeByHand } from "../../lib/inspect/by_hand/encode.ts";
import { payloadOf } from "../../lib/inspect/frame_bytes.ts";
import { command } from "../command.ts";

/** `headframe inspect encode`: a frame in hexadecimal. */
export const encode = command({
  name: "encode",
  summary: "Print a frame in hexadecimal, from the name of a message and its fields",
  examples: [
    "inspect encode SetTarget channel_id=7 maximum_target=difficulty:512",
    "inspect encode mining.SetNewPrevHash channel_id=1 job_id=2 prev_hash=00… min_ntime=0 nbits=0x1d00ffff",
  ],
  settings: {
    type: positional(text("The message: its name, or its number; docs/messages.md has them")),
    fields: {
      ...positional(
        texts("name=value for each field, lists with commas, none for what is absent"),
      ),
      fallback: [],
    },
    payload: toggle("Only the payload, without the header", false),
  },
  run({ type, fields, payload }, { terminal }) {
    const frame = encodeByHand(type, fields);
    terminal.print((payload ? payloadOf(frame) : frame).toHex());
    return Promise.resolve();
  },
});

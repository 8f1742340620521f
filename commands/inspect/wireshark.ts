import { wiresharkDissector } from "../../lib/inspect/wireshark/dissector.ts";
import { command } from "../command.ts";
import { VERSION } from "../version.ts";

/** `headframe inspect wireshark`: the messages as Wireshark can show them. */
export const wireshark = command({
  name: "wireshark",
  summary: "Print a dissector for Wireshark and tshark, in Lua",
  examples: [
    "inspect wireshark > sv2.lua",
    "inspect pool.pcapng --keylog pool.keys --plain plain.pcapng && tshark -X lua_script:sv2.lua -r plain.pcapng",
  ],
  settings: {},
  run(_, { terminal }) {
    terminal.print(wiresharkDissector({ version: VERSION }).trimEnd());
    return Promise.resolve();
  },
});

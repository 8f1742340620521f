import { choice, number, positional, text, toggle } from "../lib/config/kinds.ts";
import { OperatorError } from "../lib/errors.ts";
import { ping as pingServer } from "../lib/roles/ping/ping.ts";
import { formatPing, pingFailure, pingJson } from "../lib/roles/ping/report.ts";
import { command } from "./command.ts";
import { upstream } from "./settings.ts";

/** `headframe ping`: ends with 0 when the first job came, with 4 and the step at fault when not. */
export const ping = command({
  name: "ping",
  summary: "Try a server step by step, up to its first job, and say what is wrong with it",
  examples: [
    "ping stratum2+tcp://pool.example:3333/9auq…",
    "ping 127.0.0.1:18442 --protocol template",
  ],
  settings: {
    url: positional(upstream("The server; without a key, its certificate is not checked")),
    protocol: choice(
      "A pool's protocol, or a template provider's",
      ["mining", "template"],
      "mining",
    ),
    channel: choice("What to open at a pool", ["extended", "standard"], "extended"),
    userIdentity: text("Who the channel is opened for", "ping"),
    timeout: number("Most time for each step", {
      fallback: 5,
      min: 0.1,
      max: 600,
      unit: "seconds",
    }),
    json: toggle("Answer in JSON", false),
  },
  async run({ url, protocol, channel, userIdentity, timeout, json }, { host, terminal }) {
    const config = { ...url, protocol, channel, userIdentity, timeoutMs: timeout * 1000 };
    const report = await pingServer(config, host);
    terminal.print(json ? pingJson(report) : formatPing(report));
    const failure = pingFailure(report);
    if (failure !== undefined) throw new OperatorError("peer", failure);
  },
});

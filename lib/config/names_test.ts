import { strictEqual } from "node:assert";
import { flagName, nearestName, snakeCase, variableName } from "./names.ts";

Deno.test("snakeCase(), flagName() and variableName() spell one name", () => {
  strictEqual(snakeCase("coinbaseRewardScript"), "coinbase_reward_script");
  strictEqual(flagName("certValiditySec"), "--cert-validity-sec");
  strictEqual(variableName("pool", "listenAddress"), "HEADFRAME_POOL_LISTEN_ADDRESS");
});

Deno.test("nearestName() finds what a typing error meant", () => {
  const known = ["listen_address", "log_file", "shares_per_minute", "server_id"];
  strictEqual(nearestName("listen_adress", known), "listen_address");
  strictEqual(nearestName("listening_address", known), "listen_address");
  strictEqual(nearestName("shares-per-minute", known), "shares_per_minute");
  strictEqual(nearestName("sevrer_id", known), "server_id");
});

Deno.test("nearestName() says nothing when nothing is near", () => {
  strictEqual(nearestName("database", ["listen_address", "log_file"]), undefined);
  strictEqual(nearestName("x".repeat(10_000), ["listen_address"]), undefined);
});

import { deepStrictEqual, ok, strictEqual } from "node:assert";
import type { DeviceInfo } from "../../../drivers/driver.ts";
import { minerExtensions, minerSetup } from "./setup.ts";

const plain = {
  channel: "standard",
  requireStandardJobs: false,
  deviceId: "",
  firmware: "headframe 1",
} as const;

function device(model: string, hashRate: number): DeviceInfo {
  const abilities = { versionMask: 0, nonceRange: true, rollsTime: false };
  return { id: model, model, hashRate, abilities };
}

Deno.test("CONN-3, CONN-4, CONN-5, CONN-6 minerSetup() names the maker and hides the device", () => {
  const setup = minerSetup(plain, [device("CPU, 2 threads", 7e6)]);
  strictEqual(setup.deviceId, "");
  strictEqual(setup.vendor, "Headframe");
  strictEqual(setup.hardwareVersion, "CPU, 2 threads");
  strictEqual(setup.firmware, "headframe 1");
  deepStrictEqual([setup.minVersion, setup.maxVersion, setup.protocol], [2, 2, 0]);
});

Deno.test("MIN-1 minerSetup() requires standard jobs only when told that nothing else will do", () => {
  strictEqual(minerSetup(plain, []).flags, 0);
  strictEqual(minerSetup({ ...plain, requireStandardJobs: true }, []).flags, 0b001);
  const extended = { ...plain, channel: "extended", requireStandardJobs: true } as const;
  strictEqual(minerSetup(extended, []).flags, 0);
});

Deno.test("minerSetup() requires version rolling for a device that eats a header in a second", () => {
  const strict = { ...plain, requireStandardJobs: true };
  strictEqual(minerSetup(strict, [device("a", 4e9)]).flags, 0b001);
  strictEqual(minerSetup(strict, [device("a", 4e9), device("b", 5e9)]).flags, 0b101);
});

Deno.test("minerSetup() counts devices and stays within 255 bytes of ASCII", () => {
  const two = minerSetup(plain, [device("Bitaxe", 1), device("Bitaxe", 1), device("CPU", 1)]);
  strictEqual(two.hardwareVersion, "2x Bitaxe; CPU");
  const many = minerSetup(
    plain,
    Array.from({ length: 99 }, (_, i) => device(`Gerät ${i}`, 1)),
  );
  ok(/^[\x20-\x7e]{255}$/.test(many.hardwareVersion));
  strictEqual(minerSetup(plain, []).hardwareVersion, "no device");
});

Deno.test("minerExtensions() asks to name workers only where there is a name and a place for it", () => {
  const config = {
    ...plain,
    upstreams: [],
    userIdentity: "",
    nominalHashRate: undefined,
    statusSeconds: 0,
  };
  deepStrictEqual(minerExtensions({ ...config, channel: "extended", worker: "rig" }), [2]);
  deepStrictEqual(minerExtensions({ ...config, channel: "extended", worker: "" }), []);
  deepStrictEqual(minerExtensions({ ...config, channel: "standard", worker: "rig" }), []);
});

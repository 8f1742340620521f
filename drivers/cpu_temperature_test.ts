import { strictEqual } from "node:assert";
import { readCpuTemperature } from "./cpu_temperature.ts";

async function sysfs(files: Record<string, string>): Promise<string> {
  const root = await Deno.makeTempDir();
  for (const [path, text] of Object.entries(files)) {
    const full = `${root}/class/${path}`;
    await Deno.mkdir(full.slice(0, full.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(full, text);
  }
  return root;
}

async function measured(files: Record<string, string>): Promise<number | undefined> {
  const root = await sysfs(files);
  try {
    return await readCpuTemperature(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("readCpuTemperature() finds the processor among other sensors", async () => {
  strictEqual(
    await measured({
      "hwmon/hwmon0/name": "nvme\n",
      "hwmon/hwmon0/temp1_input": "31000\n",
      "hwmon/hwmon1/name": "coretemp\n",
      "hwmon/hwmon1/temp1_input": "61500\n",
    }),
    61.5,
  );
});

Deno.test("readCpuTemperature() falls back to thermal zones", async () => {
  strictEqual(
    await measured({
      "thermal/thermal_zone0/type": "acpitz\n",
      "thermal/thermal_zone0/temp": "27800\n",
      "thermal/thermal_zone1/type": "x86_pkg_temp\n",
      "thermal/thermal_zone1/temp": "55000\n",
    }),
    55,
  );
});

Deno.test("readCpuTemperature() knows nothing where there is no sensor, or it is off", async () => {
  strictEqual(await measured({}), undefined);
  strictEqual(await measured({ "hwmon/hwmon0/name": "coretemp\n" }), undefined);
  strictEqual(
    await measured({ "hwmon/hwmon0/name": "k10temp", "hwmon/hwmon0/temp1_input": "0" }),
    undefined,
  );
});

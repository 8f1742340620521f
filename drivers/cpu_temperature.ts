/** Drivers of the kernel whose first sensor is the processor's. */
const SENSORS = ["coretemp", "k10temp", "zenpower", "cpu_thermal"];
const ZONES = ["x86_pkg_temp", "cpu-thermal", "cpu_thermal"];

/**
 * How hot the processor is, in °C, as Linux tells it. Undefined where there is no such sensor: in
 * most virtual machines, on other systems, or if we may not look.
 *
 * @param root Where sysfs is mounted.
 */
export async function readCpuTemperature(root = "/sys"): Promise<number | undefined> {
  return await find(`${root}/class/hwmon`, "name", SENSORS, "temp1_input") ??
    await find(`${root}/class/thermal`, "type", ZONES, "temp");
}

async function find(
  ...[directory, nameFile, names, valueFile]: [string, string, readonly string[], string]
): Promise<number | undefined> {
  try {
    for await (const { name } of Deno.readDir(directory)) {
      const kind = await read(`${directory}/${name}/${nameFile}`);
      if (!names.includes(kind)) continue;
      const celsius = Number(await read(`${directory}/${name}/${valueFile}`)) / 1_000;
      // A sensor that is switched off tells 0, or nonsense.
      if (celsius > 0 && celsius < 150) return celsius;
    }
  } catch {
    return undefined;
  }
  return undefined;
}

async function read(path: string): Promise<string> {
  try {
    return (await Deno.readTextFile(path)).trim();
  } catch {
    return "";
  }
}

/** The machine that this runs on, and how busy it was before: what figures cannot be read without. */
export function machineLine(): string {
  const [load = NaN] = Deno.loadavg();
  const { total } = Deno.systemMemoryInfo();
  return [
    `${navigator.hardwareConcurrency} × ${processorName()}`,
    `${Math.round(total / 2 ** 30)} GiB`,
    `${Deno.build.os} ${Deno.osRelease()}`,
    `Deno ${Deno.version.deno} (V8 ${Deno.version.v8})`,
    `load before: ${load.toFixed(1)}`,
  ].join(", ");
}

function processorName(): string {
  try {
    const info = Deno.readTextFileSync("/proc/cpuinfo");
    const name = /^model name\s*:\s*(.+)$/m.exec(info)?.[1] ?? "processor";
    const extensions = ["sha_ni", "avx2", "avx512f"].filter((each) => info.includes(each));
    return extensions.length === 0 ? name : `${name} (${extensions.join(", ")})`;
  } catch {
    return `${Deno.build.arch} processor`;
  }
}

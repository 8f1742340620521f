import type { Files } from "../ports.ts";

/** Files of the local disk. */
export const denoFiles: Files = {
  async read(path) {
    try {
      return await Deno.readFile(path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  },
  async writeDurable(path, bytes, mode = 0o600) {
    const directory = directoryOf(path);
    await Deno.mkdir(directory, { recursive: true });
    const temporary = `${path}.${crypto.randomUUID()}.new`;
    try {
      await writeSynced(temporary, bytes, mode);
      await Deno.rename(temporary, path);
    } catch (error) {
      await Deno.remove(temporary).catch(() => {});
      throw error;
    }
    // The name is in the directory, and the directory is a file of its own to be synced.
    using handle = await Deno.open(directory);
    await handle.sync();
  },
  async append(path, bytes, mode = 0o600) {
    await Deno.mkdir(directoryOf(path), { recursive: true });
    using file = await Deno.open(path, { append: true, create: true, mode });
    await writeAll(file, bytes);
    await file.sync();
  },
  async list(directory) {
    try {
      return (await Array.fromAsync(Deno.readDir(directory), ({ name }) => name)).sort();
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    }
  },
  remove: (path) => Deno.remove(path),
};

async function writeSynced(path: string, bytes: Uint8Array, mode: number): Promise<void> {
  using file = await Deno.open(path, { write: true, createNew: true, mode });
  await writeAll(file, bytes);
  await file.sync();
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
}

function directoryOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "." : path.slice(0, slash) || "/";
}

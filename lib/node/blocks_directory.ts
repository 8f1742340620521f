import { OperatorError, reasonOf } from "../errors.ts";
import type { Files } from "../ports.ts";

/**
 * Makes sure that blocks can be kept in `directory`, before there is one to lose.
 *
 * @param load Reads what an earlier run left there.
 * @throws {OperatorError} If it cannot be written, or `load` fails.
 */
export async function openBlocksDirectory(
  files: Files,
  directory: string,
  load: () => Promise<void>,
): Promise<void> {
  const path = `${directory}/.writable`;
  try {
    // A byte, as a full disk still takes an empty file.
    await files.writeDurable(path, new Uint8Array(1));
    // Another program with the same directory may have been quicker.
    await files.remove(path).catch(() => {});
    await load();
  } catch (cause) {
    throw new OperatorError(
      "config",
      `Cannot keep blocks in ${directory}: ${
        reasonOf(cause)
      }; make room for them, or set blocks_dir`,
      { cause },
    );
  }
}

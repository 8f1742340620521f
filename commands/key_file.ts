import { OperatorError, reasonOf } from "../lib/errors.ts";
import { publicKeyOf } from "../lib/noise/crypto.ts";
import { formatAuthorityKey, parseAuthorityKey, parseSecretKey } from "../lib/noise/keys.ts";
import { isPublished } from "./settings.ts";

/** Of a key that someone wants to know about. */
export interface KeyJudgement {
  readonly kind: "public" | "secret" | "unknown";
  /** In base58check; of a secret key, the one that belongs to it. */
  readonly publicKey?: string;
  /** Why it cannot be used. Never quotes the key. */
  readonly problem?: string;
  /** What to think about although it is right. */
  readonly note?: string;
}

const NOT_BASE58 = /[^1-9A-HJ-NP-Za-km-z]/;
/** Base58check of 36 to 38 bytes with checksum: a key that was mistyped, or cut off, by little. */
const KEY_LENGTHS = { least: 40, most: 60 };

const EXPOSED =
  "A secret key does not belong on a command line, where every program of this machine can read it, " +
  "nor in a shell's history. Put it into a file, or better, make a new one.";

/** The secret key in a file. @throws {OperatorError} */
export async function readKeyFile(file: string): Promise<Uint8Array> {
  const text = await readIfThere(file);
  if (text === undefined) {
    throw new OperatorError("config", `Cannot read ${file}: there is no such file`);
  }
  try {
    return parseSecretKey(text.trim());
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    throw new OperatorError("config", `${file}: ${error.message}`);
  }
}

/** Judges the key in the file `given`, or `given` itself if there is no such file. */
export async function judgeKey(given: string): Promise<KeyJudgement> {
  const content = await readIfThere(given);
  const judged = judgeText((content ?? given).trim());
  if (content === undefined && judged.kind === "secret") {
    const notes = judged.note === undefined ? [EXPOSED] : [EXPOSED, judged.note];
    return { ...judged, note: notes.join("\n") };
  }
  return judged;
}

function judgeText(text: string): KeyJudgement {
  if (text === "") return { kind: "unknown", problem: "There is no key: it is empty" };
  const [wrong] = NOT_BASE58.exec(text) ?? [];
  if (wrong !== undefined) {
    const problem =
      `This is no file, and no key: ${JSON.stringify(wrong)} is not a base58 character` +
      ("0OIl".includes(wrong) ? " (0, O, I and l are left out, as they look like others)" : "");
    return { kind: "unknown", problem };
  }
  try {
    return right("public", parseAuthorityKey(text));
  } catch (publicError) {
    try {
      return right("secret", publicKeyOf(parseSecretKey(text)));
    } catch (secretError) {
      if (!(publicError instanceof OperatorError && secretError instanceof OperatorError)) {
        throw secretError;
      }
      const { least, most } = KEY_LENGTHS;
      const length = text.length < least || text.length > most
        ? ` (it has ${text.length} characters; keys have 49 to 53)`
        : "";
      return { kind: "unknown", problem: publicError.message + length };
    }
  }
}

function right(kind: "public" | "secret", key: Uint8Array): KeyJudgement {
  const publicKey = formatAuthorityKey(key);
  if (!isPublished(key)) return { kind, publicKey };
  const note =
    "This is the pair published in SRI's examples: everyone has its secret. Use it on regtest only.";
  return { kind, publicKey, note };
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    throw new OperatorError("config", `Cannot read ${path}: ${reasonOf(cause)}`, { cause });
  }
}

import { OperatorError, reasonOf } from "../../errors.ts";
import type { Files } from "../../ports.ts";

/** Whom the node lets in. Both are secret. */
export interface Login {
  readonly user: string;
  readonly password: string;
}

/**
 * Where the {@link Login} comes from. It is asked again when the node refused what it gave before.
 *
 * @throws {OperatorError} `"peer"` if there is none yet, `"config"` if there will never be one.
 */
export type Credentials = () => Promise<Login>;

/** A user and a password that never change. */
export function userAndPassword(login: Login): Credentials {
  return () => Promise.resolve(login);
}

/**
 * The file in which Bitcoin Core writes another password at each start, and which it removes when it
 * stops: `.cookie` in its data directory, below the network's folder but on mainnet.
 */
export function cookieFile(files: Pick<Files, "read">, path: string): Credentials {
  return async () => {
    const bytes = await read(files, path, "cookie");
    if (bytes === undefined) {
      throw new OperatorError(
        "peer",
        `Cannot read the cookie ${path}: no such file; is the node running, with this data directory?`,
      );
    }
    const text = new TextDecoder().decode(bytes).trim();
    const colon = text.indexOf(":");
    if (colon < 1 || text.length > MAX_COOKIE) {
      throw new OperatorError("config", `Cannot use ${path}: it is no cookie of Bitcoin Core`);
    }
    return { user: text.slice(0, colon), password: text.slice(colon + 1) };
  };
}

/**
 * The certificates in a file, to be trusted instead of the system's. Read again at each new start of
 * talks, since btcd makes another one when it finds none.
 *
 * @throws {OperatorError} On call, if the file is not there or holds no certificate.
 */
export function certificateFile(files: Pick<Files, "read">, path: string): () => Promise<string> {
  return async () => {
    const bytes = await read(files, path, "certificate");
    if (bytes === undefined) {
      throw new OperatorError(
        "peer",
        `Cannot read the certificate ${path}: no such file; btcd makes it at its first start`,
      );
    }
    const text = new TextDecoder().decode(bytes);
    if (!text.includes("-----BEGIN CERTIFICATE-----")) {
      throw new OperatorError("config", `Cannot use ${path}: it holds no certificate in PEM`);
    }
    return text;
  };
}

const MAX_COOKIE = 1_000;

async function read(
  files: Pick<Files, "read">,
  path: string,
  what: string,
): Promise<Uint8Array | undefined> {
  try {
    return await files.read(path);
  } catch (cause) {
    throw new OperatorError(
      "config",
      `Cannot read the ${what} ${path}: ${reasonOf(cause)}; let this program's user read it`,
      { cause },
    );
  }
}

import { OperatorError } from "../../errors.ts";

/**
 * Where a node is.
 *
 * @param text What the operator wrote. Never quoted: it may hold a password.
 * @throws {OperatorError} If it is no URL of a web server, or holds a user or a password.
 */
export function nodeUrl(text: string): URL {
  if (!URL.canParse(text)) {
    throw new OperatorError("config", `Cannot use the node's URL: write ${LIKE}`);
  }
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") {
    throw new OperatorError(
      "config",
      "Cannot use the node's URL: it holds a user or a password, which others could read there; " +
        "name a cookie file, or a file with the password",
    );
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new OperatorError("config", `Cannot use the node's URL: write ${LIKE}`);
  }
  return url;
}

const LIKE = "http://127.0.0.1:8332, or https://127.0.0.1:8334 for btcd";

/** How the answer to Act 1 ended. */
export type Ending = "complete" | "closed" | "silent";

const TEXT = /^[\t\n\r\x20-\x7e]+$/;

/**
 * What a server that does not speak Sv2 seems to be, by what it answered to Act 1.
 *
 * @param answer What came, at most the 234 bytes of Act 2. The peer's.
 * @param timeoutMs How long we waited.
 * @returns A sentence for a person.
 */
export function diagnoseAnswer(answer: Uint8Array, ending: Ending, timeoutMs: number): string {
  if (answer.length === 0) {
    return ending === "silent"
      ? `no answer to the handshake within ${timeoutMs / 1_000} s: it waits for something else ` +
        "(a Stratum V1 pool does), or is overloaded"
      : "closed the connection without an answer: it does not speak Stratum V2, or refuses this address";
  }
  const kind = kindOf(answer);
  if (kind !== undefined) return `answered like ${kind}, not Stratum V2`;
  const text = new TextDecoder("latin1").decode(answer);
  if (TEXT.test(text)) return `answered with text, not Stratum V2: ${excerpt(text)}`;
  const end = ending === "closed" ? "and closed the connection" : "and then nothing";
  return `answered with ${answer.length} of the 234 bytes of a Stratum V2 handshake ${end}`;
}

/** Whether the answer is something known that Sv2 never is. */
export function isForeign(answer: Uint8Array): boolean {
  return kindOf(answer) !== undefined || TEXT.test(new TextDecoder("latin1").decode(answer));
}

function kindOf(answer: Uint8Array): string | undefined {
  const text = new TextDecoder("latin1").decode(answer);
  if (/^HTTP\/\d/.test(text)) return `a web server (${excerpt(text)})`;
  if (/^\s*\{.*"(?:jsonrpc|id|method|result|error)"/s.test(text)) {
    return `a Stratum V1 or JSON-RPC server (${excerpt(text)})`;
  }
  if (text.startsWith("SSH-")) return "an SSH server";
  // A record of TLS: alert or handshake, version 3.x.
  const [type, major] = answer;
  if ((type === 0x15 || type === 0x16) && major === 0x03) return "a TLS server";
  return undefined;
}

function excerpt(text: string): string {
  const [line = ""] = text.trim().split(/[\r\n]/, 1);
  return line.length > 80 ? `${line.slice(0, 80)}…` : line;
}

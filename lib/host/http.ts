import http from "node:http";
import https from "node:https";
import { OperatorError, reasonOf } from "../errors.ts";
import type { HttpRequest, HttpResponse } from "../ports.ts";

// Node's client rather than fetch: it takes a server's own certificate as the one to be trusted, as btcd
// makes it; a connection that is opened anew costs a tenth; large bodies do not stall the event loop;
// and no proxy named by the environment gets to see a password.

/** Milliseconds that a connection is kept without use: below what servers allow, 30 s at Bitcoin Core. */
const IDLE_MS = 15_000;
/** Sets of certificates for which connections are kept. */
const MAX_AGENTS = 16;

const plain = new http.Agent({ keepAlive: true, timeout: IDLE_MS });
/** By the certificates that are trusted, the oldest first. */
const agents = new Map<string, https.Agent>();

/** Asks a web server; the host's `post`. */
export async function post(request: HttpRequest): Promise<HttpResponse> {
  try {
    return await exchange(request, agentFor(request));
  } catch (error) {
    if (error !== STALE) throw error;
    // Others may be closed as well, so this one is opened for the request.
    return await exchange(request, undefined);
  }
}

/** Ends connections that nobody uses now. */
export function closeIdleConnections(): void {
  plain.destroy();
  for (const agent of agents.values()) agent.destroy();
  agents.clear();
}

/** A kept connection was closed before it had anything to say. */
const STALE = Symbol("stale connection");

/** @param agent Keeps connections; undefined: one for this request. */
function exchange(request: HttpRequest, agent: http.Agent | undefined): Promise<HttpResponse> {
  const { url, headers, body, ca, timeoutMs, maxBytes, signal } = request;
  return new Promise((resolve, reject) => {
    const to = new URL(url);
    const isSecure = to.protocol === "https:";
    let hasAnswer = false;
    const sent = (isSecure ? https : http).request(to, {
      method: "POST",
      headers: { ...headers, "content-length": body.length },
      agent: agent ?? false,
      ...isSecure && ca !== undefined ? { ca } : {},
    }, (response) => {
      hasAnswer = true;
      const gathered = new Gathered(Number(response.headers["content-length"]), maxBytes);
      response.on("data", (bytes: Uint8Array) => {
        if (!gathered.add(bytes)) give(fault(to, `the answer exceeds ${maxBytes} bytes`));
      });
      response.on("end", () => {
        finish();
        resolve({ status: response.statusCode ?? 0, body: gathered.bytes });
      });
      response.on("error", () => give(fault(to, "the answer broke off")));
    });
    const timer = setTimeout(
      () => give(fault(to, `no answer within ${timeoutMs / 1000} s`)),
      timeoutMs,
    );
    const onAbort = (): void => give(fault(to, "given up"));
    function finish(): void {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    }
    function give(reason: unknown): void {
      finish();
      reject(reason);
      sent.destroy();
    }
    sent.on("error", (error: Error & { code?: string }) => {
      const isStale = sent.reusedSocket && !hasAnswer && CLOSED.includes(error.code ?? "");
      give(isStale ? STALE : fault(to, whyNot(error), error));
    });
    if (signal?.aborted) return onAbort();
    signal?.addEventListener("abort", onAbort, { once: true });
    sent.end(body);
  });
}

function agentFor({ url, ca }: HttpRequest): http.Agent {
  if (new URL(url).protocol !== "https:") return plain;
  const key = ca ?? "";
  const known = agents.get(key);
  if (known !== undefined) return known;
  for (const [oldest, agent] of agents) {
    if (agents.size < MAX_AGENTS) break;
    agent.destroy();
    agents.delete(oldest);
  }
  const agent = new https.Agent({
    keepAlive: true,
    timeout: IDLE_MS,
    ...ca === undefined ? {} : { ca },
  });
  agents.set(key, agent);
  return agent;
}

/** An answer's body as it comes in: in one piece if its length was announced. */
class Gathered {
  readonly #maxBytes: number;
  readonly #parts: Uint8Array[] = [];
  readonly #whole: Uint8Array | undefined;
  #length = 0;

  constructor(announced: number, maxBytes: number) {
    this.#maxBytes = maxBytes;
    if (announced > 0 && announced <= maxBytes) this.#whole = new Uint8Array(announced);
  }

  /** @returns Whether it fits. */
  add(bytes: Uint8Array): boolean {
    const length = this.#length + bytes.length;
    if (length > (this.#whole?.length ?? this.#maxBytes)) return false;
    if (this.#whole === undefined) this.#parts.push(bytes);
    else this.#whole.set(bytes, this.#length);
    this.#length = length;
    return true;
  }

  get bytes(): Uint8Array {
    if (this.#whole !== undefined) return this.#whole;
    const whole = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }
}

/** What a connection that is closed by the other side ends with. */
const CLOSED: readonly string[] = ["ECONNRESET", "EPIPE", "ECONNABORTED"];

const UNTRUSTED: readonly string[] = [
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "CERT_SIGNATURE_FAILURE",
  "CERT_UNTRUSTED",
];

function whyNot(error: Error & { code?: string }): string {
  const code = error.code ?? "";
  const why = reasonOf(error);
  if (code === "ECONNREFUSED") return "refused; nothing listens there";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "no such host";
  if (CLOSED.includes(code)) return "the connection was closed without an answer";
  if (UNTRUSTED.includes(code)) {
    return `its certificate is not trusted (${why}); ` +
      "name the file with that certificate, or with its authority's, as the one to be trusted";
  }
  if (code === "CERT_HAS_EXPIRED") return "its certificate has expired; make a new one there";
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return `its certificate is for another host (${why}); use a host name that is in it`;
  }
  if (code === "EPROTO" || code.startsWith("ERR_SSL")) {
    return `it does not speak TLS there (${why}); is it http:// rather than https://?`;
  }
  return why;
}

function fault(to: URL, why: string, cause?: unknown): OperatorError {
  return new OperatorError("peer", `Cannot ask ${to.origin}: ${why}`, { cause });
}

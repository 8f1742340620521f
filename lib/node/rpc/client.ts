import { OperatorError } from "../../errors.ts";
import type { Host, HttpResponse } from "../../ports.ts";
import { type Answer, answerOf } from "./answer.ts";
import type { Credentials, Login } from "./credentials.ts";
import { faultOf, garbage, HTTP_FAULTS } from "./faults.ts";

/** Where a JSON-RPC server is, and how it lets us in. */
export interface RpcClientOptions {
  /** `http://host:port` or `https://host:port`; btcd's is the latter. */
  readonly url: string;
  readonly credentials: Credentials;
  /** Certificates in PEM to be trusted instead of the system's. */
  readonly ca?: (() => Promise<string>) | undefined;
  readonly host: Pick<Host, "post">;
  /** How it is called in errors. */
  readonly name: string;
}

/** How long a call may take, and how much it may answer. */
export interface CallLimits {
  readonly timeoutMs: number;
  readonly maxBytes?: number;
  readonly signal?: AbortSignal | undefined;
}

/** A method's parameters: a list as JSON, or bytes that are the only one, as hexadecimal digits. */
export type RpcParameters = string | { readonly hex: Uint8Array };

const SMALL_ANSWER = 1_000_000;

/** Calls a Bitcoin node's JSON-RPC, each call by itself. */
export class RpcClient {
  readonly #options: RpcClientOptions;
  #authorization: string | undefined;
  #ca: string | undefined;
  #nextId = 1;

  constructor(options: RpcClientOptions) {
    this.#options = options;
  }

  /** Lets the next call ask anew for credentials and certificates: the node may have others by now. */
  forget(): void {
    this.#authorization = undefined;
    this.#ca = undefined;
  }

  /**
   * Calls `method`.
   *
   * @returns What it gives; anything at all.
   * @throws {OperatorError} If there is no answer, or the answer is an error.
   */
  async call(method: string, params: readonly unknown[], limits: CallLimits): Promise<unknown> {
    const answer = await this.ask(method, JSON.stringify(params), limits);
    if (answer.type === "result") return answer.result;
    throw answer.type === "refused"
      ? faultOf(this.#options.name, method, answer)
      : garbage(this.#options.name, method, answer.reason);
  }

  /** The same, but an error of the node is an answer too. */
  async ask(method: string, params: RpcParameters, limits: CallLimits): Promise<Answer> {
    return answerOf(await this.exchange(method, params, limits));
  }

  /**
   * The same, before anybody has read the answer.
   *
   * @throws {OperatorError} If the body is no answer of JSON-RPC, by its HTTP status; `"config"` if the
   * node refuses the credentials.
   */
  async exchange(
    method: string,
    params: RpcParameters,
    limits: CallLimits,
  ): Promise<Uint8Array> {
    const { name } = this.#options;
    const body = this.#request(method, params);
    let response = await this.#post(body, limits);
    if (response.status === UNAUTHORIZED) {
      // The node has started anew since, and has another cookie.
      this.forget();
      response = await this.#post(body, limits);
    }
    const why = HTTP_FAULTS[response.status];
    if (response.status === UNAUTHORIZED) {
      throw new OperatorError("config", `Cannot call ${method} of ${name}: ${why}`);
    }
    if (why !== undefined) {
      throw new OperatorError("peer", `Cannot call ${method} of ${name}: ${why}`);
    }
    // Errors of JSON-RPC come with one of these, and with JSON; nothing else does.
    if (!MAY_BE_JSON_RPC.includes(response.status) || !isObject(response.body)) {
      const tls = response.status === 400 ? " (is it https:// there?)" : "";
      throw garbage(name, method, `it is HTTP ${response.status} without JSON-RPC${tls}`);
    }
    return response.body;
  }

  async #post(body: Uint8Array, limits: CallLimits): Promise<HttpResponse> {
    const { url, credentials, ca, host } = this.#options;
    this.#authorization ??= basic(await credentials());
    this.#ca ??= await ca?.();
    return await host.post({
      url,
      headers: { authorization: this.#authorization, "content-type": "application/json" },
      body,
      ca: this.#ca,
      timeoutMs: limits.timeoutMs,
      maxBytes: limits.maxBytes ?? SMALL_ANSWER,
      signal: limits.signal,
    });
  }

  #request(method: string, params: RpcParameters): Uint8Array {
    const head = `{"jsonrpc":"1.0","id":${this.#nextId++},"method":"${method}","params":`;
    if (typeof params === "string") return new TextEncoder().encode(`${head}${params}}`);
    return aroundHex(`${head}["`, params.hex, '"]}');
  }
}

/** Bytes that are turned into digits at a time: a string of a whole block takes longer to make. */
const HEX_CHUNK = 65_536;

/** Two texts and what is between them as digits, each byte of it written once. */
function aroundHex(head: string, bytes: Uint8Array, tail: string): Uint8Array {
  const encoder = new TextEncoder();
  const whole = new Uint8Array(head.length + 2 * bytes.length + tail.length);
  let at = encoder.encodeInto(head, whole).written;
  for (let from = 0; from < bytes.length; from += HEX_CHUNK) {
    const digits = bytes.subarray(from, from + HEX_CHUNK).toHex();
    at += encoder.encodeInto(digits, whole.subarray(at)).written;
  }
  encoder.encodeInto(tail, whole.subarray(at));
  return whole;
}

const UNAUTHORIZED = 401;
const MAY_BE_JSON_RPC: readonly number[] = [200, 400, 404, 500];

function isObject(body: Uint8Array): boolean {
  return body[0] === "{".charCodeAt(0);
}

function basic({ user, password }: Login): string {
  return `Basic ${new TextEncoder().encode(`${user}:${password}`).toBase64()}`;
}

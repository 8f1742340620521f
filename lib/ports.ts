import type { Log } from "./telemetry/log.ts";
import type { Instant, UnixSeconds } from "./time.ts";

/** The world, as a role sees it: real in `lib/host/`, simulated in `tests/support/`. */
export interface Host {
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
  readonly files: Files;
  /** Aborts when the process should drain and stop (SIGINT, SIGTERM, `--until`). */
  readonly signal: AbortSignal;
  /** Where session keys go when the operator set `HEADFRAME_KEYLOG`; for `inspect`. */
  readonly keyLog: ((lines: string) => void) | undefined;
  /** @throws {OperatorError} If the address is taken or not ours. */
  listen(at: Address): Listener;
  /** @throws {OperatorError} If nobody answers within `timeoutMs`. */
  connect(to: Address, timeoutMs: number): Promise<Socket>;
  /**
   * Connects to a Unix socket of this machine.
   *
   * @param path Of the socket, at most 107 bytes.
   * @throws {OperatorError} If nobody answers there within `timeoutMs`.
   */
  connectLocal(path: string, timeoutMs: number): Promise<Socket>;
  /**
   * Asks a web server. Connections are kept for the next request where the server allows it; if one
   * that was kept turns out to be closed, the request is sent once more, so it must be one that may
   * arrive twice. Redirects are answers like any other, and are not followed.
   *
   * @throws {OperatorError} `"peer"`, if there is no answer: refused, too late, too large, a certificate
   * that is not trusted.
   */
  post(request: HttpRequest): Promise<HttpResponse>;
  /**
   * Serves HTTP without encryption: for this machine.
   *
   * @throws {OperatorError} If the address is taken or not ours.
   */
  serveHttp(at: Address, handle: HttpHandler): HttpServer;
}

/** A request by HTTP's method POST. */
export interface HttpRequest {
  /** `http:` or `https:`, without user and password. Appears in errors. */
  readonly url: string;
  /** May hold secrets: they appear in no error. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /**
   * Certificates in PEM to be trusted instead of the system's, with `https:`: the authority's, or the
   * server's own.
   */
  readonly ca?: string | undefined;
  /** From now to the answer's last byte. */
  readonly timeoutMs: number;
  /** Most bytes that the answer's body may have. */
  readonly maxBytes: number;
  /** Gives the request up. */
  readonly signal?: AbortSignal | undefined;
}

/** What a web server answered; all of it is the server's to choose. */
export interface HttpResponse {
  readonly status: number;
  readonly body: Uint8Array;
}

/**
 * Answers a request. Anyone who reaches the address can send one, with any host name in it. A fault
 * that is thrown is logged, and answered without a word about it.
 *
 * @param at Where the server listens.
 */
export type HttpHandler = (request: Request, at: Address) => Response | Promise<Response>;

/** Serves until it is closed. */
export interface HttpServer {
  readonly address: Address;
  /** Ends it, with every answer that is under way. */
  close(): Promise<void>;
}

/**
 * A name or an IP address, IPv6 without brackets, and a port in `[0, 65535]`; 0 is any free one.
 */
export interface Address {
  readonly hostname: string;
  readonly port: number;
}

/** `host:port`, an IPv6 address in brackets. */
export function formatAddress({ hostname, port }: Address): string {
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}

/** Both kinds of time, and waiting. */
export interface Clock {
  now(): Instant;
  unix(): UnixSeconds;
  /** Resolves `ms` from now, or at once when `signal` aborts. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Cryptographically strong bytes. */
export interface Random {
  bytes(length: number): Uint8Array;
}

/** Yields connections as they come in, until it is closed. */
export interface Listener extends AsyncIterable<Socket> {
  readonly address: Address;
  close(): void;
}

/** A byte stream to a peer. What comes out of it is the peer's, in pieces of any size. */
export interface Socket {
  /** `host:port` of the other end, or the path of a Unix socket. */
  readonly peer: string;
  /** `host:port` of this end, if it has one. */
  readonly local?: string;
  /** Reads what is there into `buffer`. @returns Bytes read, or `null` when the peer is gone. */
  read(buffer: Uint8Array): Promise<number | null>;
  /** Resolves once all bytes are with the operating system; waiting on it is the back pressure. */
  write(bytes: Uint8Array): Promise<void>;
  close(): void;
}

/** The part of a file system that roles need. */
export interface Files {
  read(path: string): Promise<Uint8Array | undefined>;
  /** Writes all or nothing, synced to disk before it resolves. */
  writeDurable(path: string, bytes: Uint8Array, mode?: number): Promise<void>;
  append(path: string, bytes: Uint8Array, mode?: number): Promise<void>;
  list(directory: string): Promise<string[]>;
  remove(path: string): Promise<void>;
}

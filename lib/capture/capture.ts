/**
 * What a capture holds, whatever its format. Readers are pushed bytes in any pieces and deliver blocks;
 * they keep no more than one block. Everything in a capture may be damaged or made up by anyone.
 *
 * @module
 */

/** Microseconds since 1970, with a fraction where the capture has nanoseconds. */
export type Micros = number;

/** One block that matters. Good during the call only: a reader may use one object again and again. */
export type CaptureBlock =
  | { readonly type: "packet"; readonly packet: Packet }
  /** A decryption secrets block of pcapng: `kind` says whose format it is. */
  | { readonly type: "secrets"; readonly kind: number; readonly bytes: Uint8Array };

/** A packet as it was captured. */
export interface Packet {
  readonly time: Micros;
  /** LINKTYPE_… number of the interface. */
  readonly linkType: number;
  /** What was kept of it: a view that is good during the call only. */
  readonly bytes: Uint8Array;
  /** Bytes it had on the wire; more than were kept if it was cut off. */
  readonly length: number;
}

/** Reads one format. */
export interface CaptureReader {
  /**
   * @param chunk Used during the call only.
   * @param deliver Called for each block that is complete, in order, before this returns.
   * @throws {DecodeError} If it is damaged so that nothing can be read from here on.
   */
  push(chunk: Uint8Array, deliver: (block: CaptureBlock) => void): void;
  /** The capture has ended. @throws {DecodeError} `truncated`, if that is in the middle of a block. */
  end(): void;
}

/**
 * Two addresses and two ports, as one key: 16 bits a UTF-16 unit, first where it comes from, then
 * where it goes to. path.ts makes them.
 */
export type Path = string;

/** One end of a TCP connection. */
export interface Endpoint {
  /** IP address as text, IPv6 without brackets. */
  readonly address: string;
  readonly port: number;
}

/** A TCP segment, taken out of its packet. Good during the call only: one object stands for them all. */
export interface Segment {
  readonly time: Micros;
  /** From where to where. Addresses are made text of only once a connection. */
  readonly path: Path;
  /** Unsigned, 32 bits. */
  readonly sequence: number;
  /** The byte that is expected next of the other side, unsigned, 32 bits; only with `ack`. */
  readonly acknowledgment: number;
  readonly syn: boolean;
  readonly ack: boolean;
  readonly fin: boolean;
  readonly rst: boolean;
  /** A view that is good during the call only. */
  readonly payload: Uint8Array;
  /** Bytes of payload that the capture cut off. */
  readonly missing: number;
}

/** A TCP connection that was seen. */
export interface Connection {
  /** From 1, in the order in which they were first seen. */
  readonly id: number;
  /** Who dialled: sent the first SYN; where that was not seen, whoever has the higher port. */
  readonly client: Endpoint;
  readonly server: Endpoint;
  /** Its beginning is in the capture. */
  readonly isWhole: boolean;
}

/** `up`: from the client to the server. */
export type Direction = "up" | "down";

/** What happens on connections, put in order. */
export type StreamEvent =
  & { readonly connection: Connection; readonly time: Micros }
  & (
    | { readonly type: "open" }
    | {
      readonly type: "data";
      readonly direction: Direction;
      /** A view that is good during the call only. */
      readonly bytes: Uint8Array;
    }
    /** So many bytes are not in the capture; `bytes` is 0 where it is not known how many. */
    | { readonly type: "gap"; readonly direction: Direction; readonly bytes: number }
    | { readonly type: "close"; readonly how: "fin" | "rst" | "forgotten" }
  );

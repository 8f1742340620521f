/** One message as it was framed, SV2 §3.2. */
export interface Frame {
  /** The low 15 bits: which extension defined `msgType`; 0 for the core. */
  readonly extensionType: number;
  /** Bit 15: the payload starts with a `channel_id`, SV2 §3.2.1. */
  readonly channelMsg: boolean;
  readonly msgType: number;
  readonly payload: Uint8Array;
}

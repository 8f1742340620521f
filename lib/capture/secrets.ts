/**
 * The kind of secrets by which a decryption secrets block of pcapng says that it is a key log of
 * Stratum V2: lines as lib/noise/key_log.ts writes them, in ASCII. As other key logs have it, the
 * number reads as four letters, `SV2K`; nobody else has taken it, and Wireshark passes over what it
 * does not know.
 */
export const SV2_KEY_LOG = 0x5356324b;

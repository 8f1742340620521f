import type { Block } from "../bitcoin/block.ts";
import { bytesFromHex, concatBytes } from "../bitcoin/bytes.ts";
import { txid } from "../bitcoin/transaction.ts";
import { COIN, POW_LIMIT_BITS } from "./rules.ts";

const HEADLINE = "The Times 03/Jan/2009 Chancellor on brink of second bailout for banks";
const KEY = "04678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb6" +
  "49f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5f";

/** Regtest's first block, the very one. Its coinbase cannot be spent. */
export function genesisBlock(): Block {
  const coinbase = {
    version: 1,
    inputs: [{
      prevTxid: new Uint8Array(32),
      vout: 0xffff_ffff,
      scriptSig: concatBytes(
        bytesFromHex("04ffff001d0104"),
        Uint8Array.of(HEADLINE.length),
        new TextEncoder().encode(HEADLINE),
      ),
      sequence: 0xffff_ffff,
      witness: [],
    }],
    outputs: [{
      value: 50n * COIN,
      scriptPubKey: concatBytes(Uint8Array.of(65), bytesFromHex(KEY), Uint8Array.of(0xac)),
    }],
    lockTime: 0,
  };
  return {
    header: {
      version: 1,
      prevHash: new Uint8Array(32),
      merkleRoot: txid(coinbase),
      time: 1_296_688_602,
      nBits: POW_LIMIT_BITS,
      nonce: 2,
    },
    transactions: [coinbase],
  };
}

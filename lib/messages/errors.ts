/**
 * Error codes by message. The specification leaves them to implementations and has receivers log
 * what they do not know (SV2 §3.5); these are the ones of the reference implementation, so that both
 * say the same for the same reason. No decision may hang on one that was received.
 *
 * @module
 */

/** What a server answers with, by the name of the message that carries the code. */
export const ERROR_CODES = {
  "SetupConnection.Error": {
    "unsupported-feature-flags": "A required feature is not to be had; `flags` says which",
    "unsupported-protocol": "The server does not speak this protocol",
    "protocol-version-mismatch": "No version that both sides speak",
    "missing-declare-tx-data-flag": "The server declares jobs only with their transactions",
  },
  "OpenMiningChannel.Error": {
    "unknown-user": "`user_identity` is nobody's",
    "max-target-out-of-range": "`max_target` is one that the server cannot serve",
    "standard-channels-not-supported-for-custom-work": "Work selection needs an extended channel",
    "extended-channels-not-supported-for-standard-jobs": "The connection asked for standard jobs",
    "channel-capacity-exhausted": "No channel or extranonce is left",
    "invalid-user-identity": "`user_identity` has none of the server's forms",
    "invalid-nominal-hashrate": "`nominal_hash_rate` is not a number of hashes a second",
    "min-extranonce-size-too-large": "`min_extranonce_size` is above what the server grants",
    "unsupported-min-extranonce-size": "The upstream channel leaves too few extranonce bytes",
  },
  "UpdateChannel.Error": {
    "max-target-out-of-range": "`maximum_target` is one that the server cannot serve",
    "invalid-channel-id": "No such channel",
    "invalid-nominal-hashrate": "`nominal_hash_rate` is not a number of hashes a second",
  },
  "SubmitShares.Error": {
    "invalid-channel-id": "No such channel, or of the other kind",
    "stale-share": "The job ended with an earlier block",
    "difficulty-too-low": "The hash is above the job's target",
    "invalid-job-id": "No such job, or no longer",
    "invalid-share": "The header time is outside its window, or the share is broken otherwise",
    "duplicate-share": "The same header was submitted before",
    "bad-extranonce-size": "The extranonce is not as long as was granted",
    "version-rolling-not-allowed": "The version differs though the job forbids it",
    "invalid-non-rollable-version-bit": "The version differs outside the bits of BIP 323",
    "share-limit-reached": "The channel sent more shares than can be told from duplicates",
    "invalid-user-identity": "The worker's name is longer than extension 0x0002 allows",
  },
  "SetCustomMiningJob.Error": {
    "invalid-channel-id": "No such extended channel",
    "invalid-mining-job-token": "The token is unknown, spent or too old",
    "jd-not-supported": "The pool takes no jobs from clients",
    "job-not-yet-validated": "The declared job is still being checked",
    "stale-chain-tip": "The job builds on a block that is not the tip",
    "invalid-min-ntime": "`min_ntime` is outside its window",
    "invalid-nbits": "`nbits` differs from the declared job's",
    "invalid-version": "`version` differs from the declared job's",
    "invalid-coinbase-tx": "The declared coinbase cannot be put together",
    "invalid-coinbase-tx-version": "`coinbase_tx_version` differs from the declared job's",
    "invalid-coinbase-prefix": "`coinbase_prefix` is not how the declared scriptSig begins",
    "invalid-coinbase-tx-input-n-sequence": "The sequence differs from the declared job's",
    "invalid-coinbase-tx-outputs": "`coinbase_tx_outputs` differs from the declared job's",
    "invalid-coinbase-tx-locktime": "`coinbase_tx_locktime` differs from the declared job's",
    "invalid-merkle-path": "`merkle_path` differs from the declared job's",
  },
  "DeclareMiningJob.Error": {
    "invalid-mining-job-token": "The token is unknown, spent or another's",
    "missing-txs": "Transactions are still missing after they were asked for",
    "invalid-coinbase-tx": "Prefix, extranonce and suffix make no transaction",
    "invalid-coinbase-tx-input": "The coinbase has not exactly one input",
    "internal-error": "The server's node failed",
    "stale-chain-tip": "The job builds on a block that is not the tip",
    "invalid-job": "The server's node refuses the block",
  },
  "RequestTransactionData.Error": {
    "template-id-not-found": "No such template, or no longer",
    "stale-template-id": "The template builds on a block that is not the tip",
    "transaction-data-too-large": "The transactions do not fit into a message of 16 MiB",
  },
  "CloseChannel": {
    "invalid-channel-id": "No such channel",
  },
} as const;

/** A code that `M` may carry: `ErrorCode<"SubmitShares.Error">`. */
export type ErrorCode<M extends keyof typeof ERROR_CODES> = keyof (typeof ERROR_CODES)[M];

/** Requirements of roles that are not built yet, which no test can prove today. */
export interface NotBuilt {
  readonly role: string;
  /** Whole groups, or single requirements. */
  readonly ids: readonly string[];
}

export const NOT_BUILT: readonly NotBuilt[] = [
  {
    role: "mining proxy",
    ids: [
      "CONN-17",
      "CONN-22",
      "MIN-12",
      "MIN-13",
      "MIN-14",
      "MIN-22",
      "MIN-27",
      "MIN-28",
      "MIN-40",
      "MIN-53",
      "EXT-4",
      "EXT-5",
      "EXT-6",
    ],
  },
  {
    role: "job declaration client, the only one that asks for transaction data",
    ids: ["B141-4", "MIN-2", "MIN-65", "MIN-68", "MIN-69", "MIN-71", "TDP-9", "TDP-24"],
  },
  {
    role: "job declaration server, and custom jobs in the pool",
    ids: ["JD", "MIN-61", "MIN-66", "MIN-67", "MIN-70", "MIN-72"],
  },
  {
    role:
      "a server that sets REQUIRES_EXTENDED_CHANNELS; our pool serves both kinds and never does",
    ids: ["MIN-5"],
  },
];

/** Groups of which every requirement must be proven, or the gate closes. */
export const MUST_BE_PROVEN: readonly string[] = ["TYPE", "FRAME", "NOISE"];

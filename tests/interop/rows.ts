import { conformance } from "./rows/conformance.ts";
import { deviceToPool } from "./rows/device_to_pool.ts";
import { mineToSriPool } from "./rows/mine_to_sri_pool.ts";
import { parsersRow } from "./rows/parsers_row.ts";
import { refusals } from "./rows/refusals.ts";
import { sv1ThroughTranslator } from "./rows/sv1_through_translator.ts";
import { diskFull } from "./rows/disk_full.ts";
import { failover } from "./rows/failover.ts";
import { nodeFaults } from "./rows/node_faults.ts";
import { realNodes } from "./rows/real_nodes.ts";
import { reorganisations } from "./rows/reorganisations.ts";
import { sigkill } from "./rows/sigkill.ts";
import { syncFaults } from "./rows/sync_faults.ts";
import { wiresharkReadsFrames } from "./rows/wireshark.ts";
import { wiresharkReadsTraffic } from "./rows/wireshark_traffic.ts";
import { tapped } from "./rows/tapped.ts";
import { tappedTranslator } from "./rows/tapped_translator.ts";
import { tappedDeclarator } from "./rows/tapped_declarator.ts";
import { captured } from "./rows/captured.ts";
import type { Row } from "./support/row.ts";

/** Every pairing, in the order of docs/interop.md. */
export const ROWS: readonly Row[] = [
  parsersRow,
  deviceToPool,
  mineToSriPool,
  ...sv1ThroughTranslator,
  ...refusals,
  ...conformance,
  ...realNodes,
  ...nodeFaults,
  ...syncFaults,
  ...reorganisations,
  ...failover,
  diskFull,
  sigkill,
  wiresharkReadsFrames,
  wiresharkReadsTraffic,
  ...tapped,
  tappedTranslator,
  tappedDeclarator,
  captured,
];

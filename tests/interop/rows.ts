import { deviceToPool } from "./rows/device_to_pool.ts";
import { mineToSriPool } from "./rows/mine_to_sri_pool.ts";
import { parsersRow } from "./rows/parsers_row.ts";
import { refusals } from "./rows/refusals.ts";
import { sv1ThroughTranslator } from "./rows/sv1_through_translator.ts";
import type { Row } from "./support/row.ts";

/** Every pairing, in the order of docs/interop.md. */
export const ROWS: readonly Row[] = [
  parsersRow,
  deviceToPool,
  mineToSriPool,
  ...sv1ThroughTranslator,
  ...refusals,
];

import { Bench } from "../support/headframe.ts";
import type { Row } from "../support/row.ts";

/** SRI's device mines on our pool and our template provider. */
export const deviceToPool: Row = {
  pairing: "SRI mining_device → our pool → our tp",
  shows: "authority key checked, channel open, shares accepted, a block accepted",
  async run({ bin }) {
    await using bench = new Bench();
    const { tp, port: templates } = await bench.tp(8);
    const { pool, port } = await bench.pool(templates);
    const device = bench.device(bin, port);
    await device.sees(/Pool noise connection established/);
    await pool.sees(/"channel\.opened"/, 60_000);
    await device.sees(/Received SubmitSharesSuccess/, 60_000);
    await pool.sees(/"block\.found"/, 150_000);
    await tp.sees(/"block\.accepted"/, 20_000);
    // It goes on: the next block's job reaches the device and is worked on.
    const acknowledged = device.count(/Received SubmitSharesSuccess/g);
    await device.seesTimes(/Received SubmitSharesSuccess/g, acknowledged + 1, 60_000);
    return `${device.count(/Received SubmitSharesSuccess/g)} acknowledgements, ` +
      `${tp.count(/"block\.accepted"/g)} blocks`;
  },
};

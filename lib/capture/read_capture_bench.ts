import { captureTraffic } from "../../tests/support/capture_traffic.ts";
import { CaptureStreams } from "./read_capture.ts";

const { capture, payload } = captureTraffic(16 * 2 ** 20);
const CHUNK = 2 ** 20;
const size = (capture.length / 1e6).toFixed(1);

Deno.bench(`read a pcap of ${size} MB into streams`, () => {
  let bytes = 0;
  const streams = new CaptureStreams({
    stream: (event) => {
      if (event.type === "data") bytes += event.bytes.length;
    },
    secrets: () => {},
  });
  for (let at = 0; at < capture.length; at += CHUNK) streams.push(capture.subarray(at, at + CHUNK));
  streams.end();
  if (bytes !== payload) throw new Error(`${bytes} bytes came, not ${payload}`);
});

import { deepStrictEqual, strictEqual } from "node:assert";
import { segmentOf, TcpStage } from "../../tests/support/tcp_stage.ts";
import { TcpStreams } from "./tcp.ts";

function opened(limits = {}): TcpStage {
  const stage = new TcpStage(limits);
  stage.open();
  return stage;
}

Deno.test("TcpStreams shows a connection from its handshake to its end", () => {
  const stage = new TcpStage();
  deepStrictEqual(stage.up({ time: 1, seq: 100, flags: "S" }), ["1 open"]);
  deepStrictEqual(stage.down({ time: 2, seq: 500, ack: 101, flags: "S" }), []);
  deepStrictEqual(stage.up({ time: 3, seq: 101, ack: 501 }), []);
  deepStrictEqual(stage.up({ time: 4, seq: 101, ack: 501, text: "hello" }), ["1 up hello"]);
  deepStrictEqual(stage.down({ time: 5, seq: 501, ack: 106, text: "hi" }), ["1 down hi"]);
  deepStrictEqual(stage.up({ time: 6, seq: 106, ack: 503, flags: "F", text: "!" }), ["1 up !"]);
  deepStrictEqual(stage.down({ time: 7, seq: 503, ack: 108, text: "bye" }), ["1 down bye"]);
  deepStrictEqual(stage.down({ time: 8, seq: 506, ack: 108, flags: "F" }), ["1 fin"]);
  deepStrictEqual(stage.up({ time: 9, seq: 108, ack: 507 }), []);
  deepStrictEqual(stage.times, [1, 4, 5, 6, 7, 8]);
  deepStrictEqual(stage.connections, [{
    id: 1,
    isWhole: true,
    client: { address: "10.0.0.1", port: 40_000 },
    server: { address: "10.0.0.2", port: 3333 },
  }]);
});

Deno.test("data is a view of the segment when nothing is missing before it", () => {
  const views: Uint8Array[] = [];
  const streams = new TcpStreams((event) => event.type === "data" && views.push(event.bytes));
  const segment = segmentOf({ seq: 1, text: "abc" }, true);
  streams.push(segment);
  strictEqual(views[0], segment.payload);
});

Deno.test("segments that come twice count once", () => {
  const stage = opened();
  stage.up({ seq: 101, text: "abc" });
  deepStrictEqual(stage.up({ seq: 101, text: "abc" }), []);
  deepStrictEqual(stage.up({ seq: 102, text: "b" }), []);
  strictEqual(stage.streams.counts.repeated, 2);
  deepStrictEqual(stage.up({ seq: 101, text: "XXXd" }), ["1 up d"]);
});

Deno.test("segments out of order are put in order, with the time of the one that was missing", () => {
  const stage = opened();
  deepStrictEqual(stage.up({ time: 10, seq: 107, text: "ghi" }), []);
  deepStrictEqual(stage.up({ time: 11, seq: 104, text: "def" }), []);
  deepStrictEqual(stage.up({ time: 12, seq: 101, text: "abc" }), [
    "1 up abc",
    "1 up def",
    "1 up ghi",
  ]);
  deepStrictEqual(stage.times.slice(1), [12, 12, 12]);
});

Deno.test("of bytes that came twice the first count, also of those held back", () => {
  const stage = opened();
  stage.up({ seq: 104, text: "def" });
  stage.up({ seq: 103, text: "XXXXXg" });
  stage.up({ seq: 101, text: "YYYYYYYYY" });
  deepStrictEqual(stage.events.slice(1).join("").replaceAll("1 up ", ""), "YYXdefXgY");
});

Deno.test("a gap is told when later bytes were acknowledged, not before", () => {
  const stage = opened();
  stage.up({ seq: 101, text: "abc" });
  deepStrictEqual(stage.up({ seq: 110, text: "jkl" }), []);
  deepStrictEqual(stage.down({ seq: 501, ack: 104 }), []);
  deepStrictEqual(stage.down({ seq: 501, ack: 113, text: "ok" }), [
    "1 up gap 6",
    "1 up jkl",
    "1 down ok",
  ]);
  deepStrictEqual(stage.up({ seq: 104, text: "defghi" }), []);
  const { gaps, missingBytes } = stage.streams.counts;
  deepStrictEqual({ gaps, missingBytes }, { gaps: 1, missingBytes: 6 });
});

Deno.test("a gap is told at once when the bytes in it were acknowledged already", () => {
  const stage = opened();
  deepStrictEqual(stage.down({ seq: 501, ack: 110 }), []);
  deepStrictEqual(stage.up({ seq: 110, text: "jkl" }), ["1 up gap 9", "1 up jkl"]);
});

Deno.test("what is acknowledged beyond every window is not believed", () => {
  const stage = opened();
  stage.down({ seq: 501, ack: 101 + 2 ** 30 + 1 });
  deepStrictEqual(stage.up({ seq: 104, text: "d" }), []);
  deepStrictEqual(stage.up({ seq: 101, text: "abc" }), ["1 up abc", "1 up d"]);
});

Deno.test("gaps are told at the end", () => {
  const stage = opened();
  stage.up({ seq: 105, text: "e" });
  stage.down({ seq: 502, text: "b" });
  deepStrictEqual(stage.up({ seq: 106, ack: 520 }), ["1 down gap 1", "1 down b"]);
  deepStrictEqual(stage.end(), ["1 up gap 4", "1 up e", "1 down gap 17"]);
  deepStrictEqual(stage.end(), []);
});

Deno.test("one byte alone that was acknowledged at the end was none, but the end itself", () => {
  const stage = opened();
  stage.down({ seq: 501, ack: 102 });
  deepStrictEqual(stage.end(), []);
});

Deno.test("a lost end of stream shows by its FIN", () => {
  const stage = opened();
  deepStrictEqual(stage.up({ seq: 110, ack: 501, flags: "F" }), []);
  deepStrictEqual(stage.down({ seq: 501, ack: 111, flags: "F" }), ["1 up gap 9", "1 fin"]);
  const unanswered = opened();
  unanswered.up({ seq: 110, ack: 501, flags: "F" });
  deepStrictEqual(unanswered.end(), ["1 up gap 9"]);
});

Deno.test("a gap is told when one direction holds too much back", () => {
  const stage = opened({ heldByDirection: 3_000 });
  const text = "x".repeat(1_000);
  deepStrictEqual(stage.up({ seq: 201, text }), []);
  deepStrictEqual(stage.up({ seq: 2_201, text: "y" }), []);
  deepStrictEqual(stage.up({ seq: 3_201, text }), ["1 up gap 100", `1 up ${text}`]);
  deepStrictEqual(stage.up({ seq: 1_201, text: "z" }), ["1 up z"]);
});

Deno.test("a gap is told when all connections together hold too much back", () => {
  const stage = opened({ heldInAll: 3_000 });
  stage.open(40_001);
  const text = "x".repeat(1_000);
  deepStrictEqual(stage.up({ seq: 201, text }), []);
  deepStrictEqual(stage.up({ seq: 201, port: 40_001, text }), ["2 up gap 100", `2 up ${text}`]);
  deepStrictEqual(stage.up({ seq: 101, text: "y".repeat(100) }).length, 2);
  deepStrictEqual(stage.up({ seq: 1_301, port: 40_001, text }), []);
});

Deno.test("numbers go on beyond 32 bits", () => {
  const stage = new TcpStage();
  stage.up({ seq: -3, flags: "S" });
  stage.down({ seq: -1, ack: -2, flags: "S" });
  deepStrictEqual(stage.down({ seq: 0, text: "down" }), ["1 down down"]);
  deepStrictEqual(stage.up({ seq: 1, text: "de" }), []);
  deepStrictEqual(stage.up({ seq: -2, text: "abc" }), ["1 up abc", "1 up de"]);
  let seq = 3;
  for (const jump of [2 ** 31 - 1, 2 ** 31 - 1, 2 ** 31 - 1]) {
    stage.up({ seq: seq += jump, text: "x" });
    deepStrictEqual(stage.down({ seq: 4, ack: seq + 1 }), []);
    stage.end();
    seq++;
  }
  deepStrictEqual(stage.events.slice(4), [
    ...Array.from({ length: 3 }, () => ["1 up gap 2147483647", "1 up x"]).flat(),
  ]);
});

Deno.test("ports may be used again after an end", () => {
  const stage = opened();
  stage.up({ seq: 101, ack: 501, flags: "F" });
  stage.down({ seq: 501, ack: 102, flags: "F" });
  deepStrictEqual(stage.down({ seq: 500, ack: 101, flags: "S" }), []);
  deepStrictEqual(stage.up({ seq: 200, flags: "S" }), ["2 open"]);
  deepStrictEqual(stage.up({ seq: 201, text: "new" }), ["2 up new"]);
});

Deno.test("ports may be used again though no end was seen", () => {
  const stage = opened();
  stage.up({ seq: 103, text: "c" });
  deepStrictEqual(stage.up({ seq: 9_000, flags: "S" }), [
    "1 up gap 2",
    "1 up c",
    "1 forgotten",
    "2 open",
  ]);
  deepStrictEqual(stage.down({ seq: 700, ack: 9_001, flags: "S" }), []);
  deepStrictEqual(stage.down({ seq: 701, text: "hi" }), ["2 down hi"]);
  strictEqual(stage.streams.counts.forgotten, 1);
});

Deno.test("a connection that was captured on two interfaces, one behind the other, is one", () => {
  for (const flags of ["F", "R"]) {
    const stage = opened();
    const rest = () => [
      ...stage.up({ seq: 101, ack: 501, text: "abc" }),
      ...stage.up({ seq: 104, ack: 501, flags }),
      ...stage.down({ seq: 501, ack: 105, flags: "F" }),
    ];
    deepStrictEqual(rest(), ["1 up abc", flags === "F" ? "1 fin" : "1 rst"]);
    deepStrictEqual([...stage.open(), ...rest()], []);
    strictEqual(stage.streams.counts.late, 1);
  }
});

Deno.test("a SYN that comes twice begins nothing", () => {
  const stage = opened();
  deepStrictEqual(stage.open(), []);
  deepStrictEqual(stage.up({ seq: 101, text: "a" }), ["1 up a"]);
  deepStrictEqual(stage.open(), []);
});

Deno.test("a connection that dialled with bytes in its SYN has them", () => {
  const stage = new TcpStage();
  deepStrictEqual(stage.up({ seq: 100, flags: "S", text: "ab" }), ["1 open", "1 up ab"]);
  deepStrictEqual(stage.up({ seq: 103, text: "c" }), ["1 up c"]);
});

Deno.test("both sides may dial at the same time", () => {
  const stage = new TcpStage();
  stage.up({ seq: 100, flags: "S" });
  deepStrictEqual(stage.down({ seq: 500, flags: "S" }), []);
  stage.up({ seq: 100, ack: 501, flags: "S" });
  deepStrictEqual(stage.down({ seq: 501, ack: 101, text: "x" }), ["1 down x"]);
});

Deno.test("a connection whose SYN was not seen is whole by its answer", () => {
  const stage = new TcpStage();
  deepStrictEqual(stage.down({ seq: 500, ack: 101, flags: "S" }), ["1 open"]);
  deepStrictEqual(stage.connections[0]?.client.port, 40_000);
  strictEqual(stage.connections[0]?.isWhole, true);
  deepStrictEqual(stage.up({ seq: 100, flags: "S" }), []);
  deepStrictEqual(stage.up({ seq: 103, text: "c" }), []);
  deepStrictEqual(stage.up({ seq: 101, text: "ab" }), ["1 up ab", "1 up c"]);
  deepStrictEqual(stage.down({ seq: 9_500, ack: 9_101, flags: "S" }), ["1 forgotten", "2 open"]);
});

Deno.test("a connection that began before the capture is not whole; the higher port dialled", () => {
  const stage = new TcpStage();
  deepStrictEqual(stage.down({ seq: 900, ack: 300 }), []);
  deepStrictEqual(stage.down({ seq: 900, ack: 300, text: "x" }), ["1 open", "1 down x"]);
  deepStrictEqual(stage.up({ seq: 300, ack: 901, text: "y" }), ["1 up y"]);
  strictEqual(stage.connections[0]?.isWhole, false);
  strictEqual(stage.connections[0]?.client.port, 40_000);
  deepStrictEqual(stage.up({ seq: 100, port: 1_000, text: "z" }), ["2 open", "2 down z"]);
  strictEqual(stage.connections[1]?.client.port, 3333);
});

Deno.test("what the other side expects tells where a stream goes on in the middle", () => {
  const stage = new TcpStage();
  stage.down({ seq: 900, ack: 300, text: "x" });
  deepStrictEqual(stage.up({ seq: 303, ack: 901, text: "d" }), []);
  deepStrictEqual(stage.up({ seq: 300, ack: 901, text: "abc" }), ["1 up abc", "1 up d"]);
});

Deno.test("keep-alives and probes of a closed window add nothing", () => {
  const stage = opened();
  stage.up({ seq: 101, ack: 501, text: "abc" });
  deepStrictEqual(stage.up({ seq: 103, ack: 501 }), []);
  deepStrictEqual(stage.up({ seq: 103, ack: 501, text: "\0" }), []);
  deepStrictEqual(stage.down({ seq: 500, ack: 104 }), []);
  deepStrictEqual(stage.up({ seq: 104, ack: 501, text: "d" }), ["1 up d"]);
  deepStrictEqual(stage.up({ seq: 104, ack: 501, text: "d" }), []);
  deepStrictEqual(stage.up({ seq: 104, ack: 501, text: "def" }), ["1 up ef"]);
});

Deno.test("a reset closes, after what was held back", () => {
  const stage = opened();
  stage.up({ seq: 104, text: "d" });
  deepStrictEqual(stage.down({ seq: 501, flags: "R" }), ["1 up gap 3", "1 up d", "1 rst"]);
  deepStrictEqual(stage.up({ seq: 105, text: "late" }), []);
  strictEqual(stage.streams.counts.late, 1);
  deepStrictEqual(stage.down({ seq: 501, flags: "R" }), []);
  deepStrictEqual(stage.end(), []);
});

Deno.test("a port where nobody listens shows by its reset, as often as it is tried", () => {
  const stage = new TcpStage();
  for (const id of [1, 2]) {
    deepStrictEqual(stage.up({ seq: 100, flags: "S" }), [`${id} open`]);
    deepStrictEqual(stage.down({ seq: 0, ack: 101, flags: "R" }), [`${id} rst`]);
  }
});

Deno.test("resets that cannot be of this connection close nothing", () => {
  const stage = opened();
  stage.down({ seq: 501, text: "a" });
  for (const seq of [502 - 2 ** 16 - 1, 502 + 2 ** 24 + 1, 502 + 2 ** 31]) {
    deepStrictEqual(stage.down({ seq, flags: "R" }), []);
  }
  deepStrictEqual(stage.down({ seq: 502, text: "b" }), ["1 down b"]);
  deepStrictEqual(stage.down({ seq: 503 + 2 ** 24, flags: "R" }), ["1 rst"]);
});

Deno.test("a reset begins nothing, whatever else it says", () => {
  const stage = new TcpStage();
  for (const flags of ["R", "SR"]) {
    deepStrictEqual(stage.up({ seq: 1, flags, text: "x" }), []);
  }
});

Deno.test("bytes behind an end are late, or a connection whose SYN was lost", () => {
  const stage = opened();
  stage.up({ seq: 101, ack: 501, text: "abc", flags: "F" });
  deepStrictEqual(stage.up({ seq: 104, text: "behind" }), []);
  stage.down({ seq: 501, ack: 105, flags: "F" });
  deepStrictEqual(stage.up({ seq: 101, text: "abc", flags: "F" }), []);
  strictEqual(stage.streams.counts.late, 1);
  deepStrictEqual(stage.up({ seq: 5_000, text: "new" }), ["2 open", "2 up new"]);
  strictEqual(stage.connections[1]?.isWhole, false);
  strictEqual(stage.streams.counts.forgotten, 0);
});

Deno.test("a FIN before what came already ends nothing", () => {
  const stage = opened();
  stage.up({ seq: 101, text: "abc" });
  stage.up({ seq: 102, flags: "F" });
  stage.down({ seq: 501, ack: 104, flags: "F" });
  deepStrictEqual(stage.up({ seq: 104, text: "d" }), ["1 up d"]);
});

Deno.test("the longest idle connection is forgotten when there are too many", () => {
  const stage = new TcpStage({ connections: 3 });
  for (const port of [1, 2, 3]) stage.open(port);
  stage.up({ port: 1, seq: 101, text: "a" });
  stage.down({ port: 2, seq: 502, text: "y" });
  deepStrictEqual(stage.open(4), ["3 forgotten", "4 open"]);
  deepStrictEqual(stage.open(5), ["1 forgotten", "5 open"]);
  deepStrictEqual(stage.open(6), ["2 down gap 1", "2 down y", "2 forgotten", "6 open"]);
  strictEqual(stage.streams.counts.forgotten, 3);
});

Deno.test("connections that closed are forgotten first, and nobody hears of it", () => {
  const stage = new TcpStage({ connections: 3 });
  for (const port of [1, 2, 3]) stage.open(port);
  stage.up({ port: 3, seq: 101, flags: "R" });
  stage.up({ port: 2, seq: 101, flags: "R" });
  deepStrictEqual(stage.open(4), ["4 open"]);
  deepStrictEqual(stage.open(5), ["5 open"]);
  deepStrictEqual(stage.open(6), ["1 forgotten", "6 open"]);
});

Deno.test("what the capture cut off is a gap at once", () => {
  const stage = opened();
  deepStrictEqual(stage.up({ seq: 101, text: "ab", missing: 8 }), ["1 up ab", "1 up gap 8"]);
  deepStrictEqual(stage.up({ seq: 111, missing: 5 }), ["1 up gap 5"]);
  stage.up({ seq: 119, text: "z", missing: 1 });
  deepStrictEqual(stage.up({ seq: 114, text: "..cd", missing: 1 }), [
    "1 up cd",
    "1 up gap 1",
    "1 up z",
    "1 up gap 1",
  ]);
  deepStrictEqual(stage.up({ seq: 121, text: "end" }), ["1 up end"]);
});

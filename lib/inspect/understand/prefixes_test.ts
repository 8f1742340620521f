import { strictEqual } from "node:assert";
import fc from "fast-check";
import { connectionOf } from "../../../tests/support/tape.ts";
import { Channel } from "./channel.ts";
import { ConnectionState } from "./connection.ts";
import { Prefixes } from "./prefixes.ts";

const server = { name: "pool", prefixes: new Prefixes(), connections: 1 };
const on = new ConnectionState(connectionOf(1), server);
const opened = { order: 1, time: 0, entry: 1 };
const channel = (id: number) => new Channel(on, id, { kind: "extended", isWhole: true, opened });

Deno.test("add() finds a prefix that is the same, begins one, or is begun by one", () => {
  const bytes = fc.uint8Array({ maxLength: 3, max: 2 });
  fc.assert(fc.property(fc.array(fc.tuple(bytes, fc.boolean()), { maxLength: 30 }), (steps) => {
    const prefixes = new Prefixes();
    const taken = new Map<string, Channel>();
    steps.forEach(([prefix, remove], id) => {
      const hex = prefix.toHex();
      const own = taken.get(hex);
      if (remove && own !== undefined) {
        prefixes.remove(prefix, own);
        taken.delete(hex);
        return;
      }
      const other = [...taken.keys()].find((one) => one.startsWith(hex) || hex.startsWith(one));
      const fresh = channel(id);
      const overlap = prefixes.add(prefix, fresh);
      strictEqual(overlap === undefined, other === undefined);
      if (other === undefined) taken.set(hex, fresh);
      strictEqual(prefixes.size, taken.size);
    });
  }));
});

Deno.test("remove() leaves the prefix of another channel alone", () => {
  const prefixes = new Prefixes();
  const [one, two] = [channel(1), channel(2)];
  prefixes.add(Uint8Array.of(1), one);
  prefixes.remove(Uint8Array.of(1), two);
  prefixes.remove(Uint8Array.of(2), one);
  strictEqual(prefixes.size, 1);
  strictEqual(prefixes.add(Uint8Array.of(1, 2), two), one);
});

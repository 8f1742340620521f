import { deepStrictEqual, strictEqual } from "node:assert";
import { segmentOf } from "../../tests/support/tcp_stage.ts";
import { Conversation, Conversations } from "./conversations.ts";
import { wayBack } from "./path.ts";

const sink = { data: () => {}, gap: () => {}, mostHeld: 0, heldLeft: 0 };

function conversation(id: number): Conversation {
  const { path } = segmentOf({ port: id }, true);
  return new Conversation(path, { id, isWhole: true }, sink);
}

/** Takes them out, those that are to be forgotten first to the front. */
function drain(conversations: Conversations): number[] {
  const ids: number[] = [];
  for (let next = conversations.oldest; next !== undefined; next = conversations.oldest) {
    ids.push(next.connection.id);
    conversations.remove(next);
  }
  return ids;
}

Deno.test("Conversations finds both directions by their paths", () => {
  const conversations = new Conversations();
  const one = conversation(1);
  conversations.add(one);
  conversations.add(conversation(2));
  strictEqual(conversations.find(one.path), one.up);
  strictEqual(conversations.find(wayBack(one.path)), one.down);
  strictEqual(conversations.size, 2);
  conversations.remove(one);
  strictEqual(conversations.find(one.path), undefined);
  strictEqual(conversations.find(wayBack(one.path)), undefined);
  strictEqual(conversations.size, 1);
});

Deno.test("Conversations keeps the order in which they were active, closed ones before all", () => {
  const five = [1, 2, 3, 4, 5].map(conversation);
  const conversations = new Conversations();
  for (const each of five) conversations.add(each);
  for (const id of [3, 1, 3, 5]) {
    const touched = five[id - 1];
    if (touched !== undefined) conversations.touch(touched);
  }
  for (const id of [5, 2]) {
    const closed = five[id - 1];
    if (closed !== undefined) conversations.retire(closed);
  }
  deepStrictEqual([...conversations.all()].map(({ connection }) => connection.id), [1, 2, 3, 4, 5]);
  deepStrictEqual(drain(conversations), [2, 5, 4, 1, 3]);
  strictEqual(conversations.size, 0);
});

Deno.test("Conversations with one inside closes and touches it", () => {
  const conversations = new Conversations();
  const one = conversation(1);
  conversations.add(one);
  conversations.touch(one);
  conversations.retire(one);
  conversations.touch(one);
  deepStrictEqual(drain(conversations), [1]);
  strictEqual(conversations.oldest, undefined);
});

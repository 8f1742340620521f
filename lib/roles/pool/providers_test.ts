import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { NewTemplate, SetNewPrevHash } from "../../messages/template.ts";
import { recordingLog } from "../../../tests/support/fake_host.ts";
import { FakePeer, frameOf } from "../../../tests/support/fake_peer.ts";
import { templateOf } from "../../../tests/support/pool_stage.ts";
import { TemplateFeed } from "./feed.ts";
import { Providers } from "./providers.ts";

interface Provider {
  readonly feed: TemplateFeed;
  connect(): void;
  lose(): void;
  future(id: number): void;
  better(id: number): void;
  tip(id: number, n: number): void;
}

/** Two providers, `a` preferred, and what the pool and the ledger are told. */
function stage(): { a: Provider; b: Provider; heard: string[]; providers: Providers } {
  const heard: string[] = [];
  const providers = new Providers({
    sink: {
      futureWork: ({ provider, template }) =>
        void heard.push(`future ${provider}${template.templateId}`),
      activeWork: ({ provider, template }) =>
        void heard.push(`active ${provider}${template.templateId}`),
      newTip: ({ provider, template }, { prevHash }) =>
        void heard.push(`tip ${provider}${template.templateId} on ${prevHash[0]}`),
    },
    watcher: {
      providerReady: (name) => void heard.push(`ready ${name}`),
      tipSeen: () => {},
    },
    log: recordingLog([]),
  });
  const provider = (name: string): Provider => {
    const feed = new TemplateFeed({
      name,
      constraints: { size: 0, sigops: 0 },
      check: () => {},
      listener: providers,
      log: recordingLog([]),
    });
    providers.add(feed);
    let peer = new FakePeer();
    const template = (id: number, futureTemplate: boolean): void =>
      feed.received(peer, frameOf(NewTemplate, { ...templateOf(id), futureTemplate }));
    return {
      feed,
      connect: () => feed.connected(peer = new FakePeer()),
      lose: () => feed.disconnected(peer, "lost"),
      future: (id) => template(id, true),
      better: (id) => template(id, false),
      tip: (id, n) =>
        feed.received(
          peer,
          frameOf(SetNewPrevHash, {
            templateId: BigInt(id),
            prevHash: new Uint8Array(32).fill(n),
            headerTimestamp: 1,
            nBits: 0x207fffff,
            target: 0n,
          }),
        ),
    };
  };
  return { a: provider("a"), b: provider("b"), heard, providers };
}

Deno.test("Providers follows the preferred one, and hears nothing of the other", async () => {
  const { a, b, heard, providers } = stage();
  for (const each of [a, b]) {
    each.connect();
    each.future(1);
    each.tip(1, 1);
  }
  b.future(2);
  b.better(3);
  b.tip(2, 2);
  a.better(2);
  await providers.working;
  deepStrictEqual(heard, ["ready a", "tip a1 on 1", "ready b", "active a2"]);
  strictEqual(providers.chosen, a.feed);
  strictEqual(providers.named("b"), b.feed);
});

Deno.test("Providers goes on with the other when one is lost, without making shares of the tip stale", () => {
  const { a, b, heard } = stage();
  for (const each of [a, b]) {
    each.connect();
    each.future(1);
    each.tip(1, 1);
  }
  b.future(2);
  heard.length = 0;
  a.lose();
  deepStrictEqual(heard, ["active b1", "future b2"]);
  b.tip(2, 2);
  strictEqual(heard.at(-1), "tip b2 on 2");
});

Deno.test("Providers comes back to the preferred one once that has work", () => {
  const { a, b, heard, providers } = stage();
  b.connect();
  b.future(1);
  b.tip(1, 1);
  a.connect();
  strictEqual(providers.chosen, b.feed);
  a.future(1);
  a.tip(1, 1);
  strictEqual(providers.chosen, a.feed);
  strictEqual(heard.at(-1), "active a1");
  b.better(2);
  strictEqual(heard.at(-1), "active a1");
});

Deno.test("Providers keeps the last work when all are lost, and takes whoever comes back first", () => {
  const { a, b, heard, providers } = stage();
  for (const each of [a, b]) {
    each.connect();
    each.future(1);
    each.tip(1, 1);
  }
  b.lose();
  heard.length = 0;
  a.lose();
  deepStrictEqual(heard, []);
  strictEqual(providers.chosen, a.feed);
  b.connect();
  b.future(1);
  b.tip(1, 2);
  deepStrictEqual(heard, ["ready b", "tip b1 on 2"]);
  strictEqual(providers.chosen, b.feed);
});

Deno.test("Providers does not take the work of a connection that is no more", () => {
  const { a, b, heard, providers } = stage();
  for (const each of [a, b]) {
    each.connect();
    each.future(1);
    each.tip(1, 1);
  }
  b.lose();
  b.connect();
  heard.length = 0;
  a.lose();
  deepStrictEqual(heard, []);
  strictEqual(providers.chosen, a.feed);
  strictEqual(providers.anyReached, true);
});

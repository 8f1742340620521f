import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { settle } from "../../../tests/support/fake_host.ts";
import type { EntryRow, Rows } from "../../../lib/inspect/web/api.ts";
import { RowSource } from "./row_source.ts";
import type { Parameters } from "./server.ts";

/** A server with rows of consecutive numbers. */
class Server {
  first = 0;
  end = 0;
  revision = "1";
  error: string | undefined;
  readonly asked: Parameters[] = [];

  readonly ask = (parameters: Parameters): Promise<Rows> => {
    this.asked.push(parameters);
    if (this.error !== undefined) return Promise.reject(new Error(this.error));
    const { first, end, revision } = this;
    const from = Math.min(Math.max(Number(parameters["from"] ?? 0), first), end);
    const length = Math.min(Number(parameters["count"]), end - from);
    const rows = Array.from({ length }, (_, i) => row(from + i + 1));
    const near = Number(parameters["near"]) - 1;
    return Promise.resolve({
      revision,
      first,
      end,
      from,
      rows,
      ...first <= near && near < end && { near },
    });
  };
}

function row(number: number): EntryRow {
  return {
    number,
    clock: "",
    connection: 1,
    family: "mining",
    name: "",
    text: "",
    isAmiss: false,
  };
}

function sourceOn(server: Server): RowSource {
  return new RowSource({ filter: "conn == 1", follow: "" }, server.ask, () => {});
}

Deno.test("look() asks for what is missing, once", async () => {
  const server = new Server();
  server.end = 1_000;
  const source = sourceOn(server);
  source.refresh();
  await settle();
  source.look(450, 520);
  source.look(451, 521);
  await settle();
  source.look(460, 500);
  await settle();
  deepStrictEqual(server.asked.map(({ from }) => from), [0, 400, 500]);
  strictEqual(server.asked[0]?.["filter"], "conn == 1");
  strictEqual(source.at(455)?.number, 456);
  strictEqual(source.end, 1_000);
});

Deno.test("refresh() gets the rows that came, also if they come while it asks", async () => {
  const server = new Server();
  server.end = 10;
  const source = sourceOn(server);
  source.look(0, 50);
  source.refresh();
  source.refresh();
  server.end = 20;
  await settle();
  strictEqual(source.end, 20);
  strictEqual(source.at(19)?.number, 20);
});

Deno.test("rows of another revision are forgotten", async () => {
  const server = new Server();
  server.end = 300;
  const source = sourceOn(server);
  source.refresh();
  await settle();
  source.look(0, 30);
  server.revision = "2";
  server.first = 250;
  source.refresh();
  await settle();
  strictEqual(source.at(10), undefined);
  strictEqual(source.at(299)?.number, 300);
  strictEqual(source.first, 250);
});

Deno.test("an error is told until an answer comes", async () => {
  const server = new Server();
  server.error = "Cannot read filter";
  const source = sourceOn(server);
  source.refresh();
  await settle();
  strictEqual(source.error, "Cannot read filter");
  server.error = undefined;
  source.refresh();
  await settle();
  strictEqual(source.error, undefined);
});

Deno.test("find() tells the place of an entry", async () => {
  const server = new Server();
  server.end = 300;
  strictEqual(await sourceOn(server).find(7), 6);
  strictEqual(await sourceOn(server).find(301), undefined);
});

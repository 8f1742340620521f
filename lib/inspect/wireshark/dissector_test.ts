import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import type { Field } from "../../codec/field.ts";
import { u16, u32, u64 } from "../../codec/field.ts";
import { type Fields, type Message, messagesOf } from "../../codec/message.ts";
import { option, seq255, str255 } from "../../codec/sequence.ts";
import { UsageError } from "../../errors.ts";
import { MESSAGES, TLVS } from "../../messages/registry.ts";
import { specNamesOf } from "../naming.ts";
import { wiresharkDissector } from "./dissector.ts";
import { filterNames, sharedFields } from "./filter_names.ts";
import { luaText } from "./lua_text.ts";

const lua = wiresharkDissector({ version: "0.0.0" });
const define = messagesOf("mining");

function messageWith(fields: Fields, name = "Odd", doc = "Odd"): Message<Fields> {
  const channel = false;
  return define({ name, id: 0xf0, channel, from: "both", spec: "1", doc, fields });
}

function dissectorOf(...messages: Message<Fields>[]): string {
  return wiresharkDissector({ messages, tlvs: [], version: "0.0.0" });
}

Deno.test("wiresharkDissector() has every message with every field, by the type it has", () => {
  const names = filterNames(MESSAGES);
  for (const message of MESSAGES) {
    const { extension, id, channel, minSize, maxSize } = message;
    const start = lua.indexOf(
      `message(0x${extension.toString(16).padStart(4, "0")}, 0x${id.toString(16).padStart(2, "0")}`,
    );
    ok(start > 0, message.name);
    const text = lua.slice(start, lua.indexOf("\n})", start));
    ok(text.includes(`filter = "${names.get(message)}", channel = ${channel},`), text);
    ok(text.includes(`least = ${minSize}, most = ${maxSize},`), text);
    const rows = text.split("fields = {\n")[1]?.trim().split("\n").slice(0, -1) ?? [];
    const wanted = specNamesOf(message).map(({ name, field }) => `${name} ${readerOf(field)}`);
    deepStrictEqual(
      rows.map((row) => /\{ "(\w+)", ([\w(]+)/.exec(row)?.slice(1).join(" ")),
      wanted,
    );
  }
  for (const { name, extensionType, fieldType } of TLVS) {
    ok(lua.includes(`\ntlv(${extensionType}, ${fieldType}, "${name}", `));
  }
});

/** How the call begins that reads a field. */
function readerOf({ shape, minSize }: Field<unknown>): string {
  switch (shape.kind) {
    case "bool":
      return "boolean(";
    case "uint":
      return `uint(${shape.bits}`;
    case "bigint":
      return `u${shape.bits}(`;
    case "bytes":
      return `bytes(${minSize}`;
    case "seq":
      return `sequence(${minSize}`;
    case "option":
      return `option(${readerOf(shape.of)}`;
    default:
      return `${shape.kind}(`;
  }
}

Deno.test("wiresharkDissector() registers no name twice, and only names that Wireshark takes", () => {
  const fixed = [...lua.matchAll(/"sv2\.([\w.]+)", "/g)].map((match) => match[1]);
  ok(fixed.includes("msg_type") && fixed.includes("malformed"));
  const names = filterNames(MESSAGES);
  const all = [
    ...fixed,
    ...sharedFields(MESSAGES).map(({ name }) => name),
    ...TLVS.map(({ name }) => `tlv.${name}`),
    ...[...names].flatMap(([message, name]) => [
      name,
      ...specNamesOf(message).map((field) => `${name}.${field.name}`),
    ]),
  ];
  deepStrictEqual(all.filter((name, i) => all.indexOf(name) !== i), []);
  deepStrictEqual(all.filter((name) => !/^[\w.]+$/.test(name ?? "")), []);
});

Deno.test("wiresharkDissector() is always the same, and in ASCII", () => {
  strictEqual(wiresharkDissector({ messages: MESSAGES, tlvs: TLVS, version: "0.0.0" }), lua);
  ok(/^[\n\x20-\x7e]*$/.test(lua));
});

Deno.test("wiresharkDissector() opens nothing in Lua that it does not close", () => {
  deepStrictEqual(unbalanced(lua), []);
  // The counting sees what is missing.
  deepStrictEqual(unbalanced("if x then y({)"), [")", "{", "(", "if"]);
  deepStrictEqual(unbalanced("while x do for i = 1, 2 do f() end"), ["while"]);
});

Deno.test("wiresharkDissector() takes any text in a definition", () => {
  const doc = 'a "quote" \\ ]] -- end\n\u{1b}[31m é \u0000' + "9";
  const odd = dissectorOf(messageWith({ someField: u32(doc, { unit: '"\n' }) }, "Odd", doc));
  deepStrictEqual(unbalanced(odd), []);
  ok(odd.includes(String.raw`"a \"quote\" \\ ]] -- end\010\027[31m \195\169 \0009"`));
  ok(/^[\n\x20-\x7e]*$/.test(odd));
});

Deno.test("wiresharkDissector() refuses a type that it cannot read", () => {
  const short = { ...str255("Too short"), shape: { kind: "text", max: 9 } as const };
  throws(() => dissectorOf(messageWith({ short })), UsageError);
});

Deno.test("filterNames() says whose a message is where two have one name", () => {
  const names = [...filterNames(MESSAGES).values()];
  for (const name of ["submit_shares_extended", "setup_connection_success"]) {
    ok(names.includes(name));
  }
  const shared = names.filter((name) => name.endsWith("set_new_prev_hash"));
  deepStrictEqual(shared, ["mining_set_new_prev_hash", "template_set_new_prev_hash"]);
});

Deno.test("sharedFields() has every field of our messages once", () => {
  const wanted = new Set(MESSAGES.flatMap((m) => specNamesOf(m).map(({ name }) => name)));
  deepStrictEqual(sharedFields(MESSAGES).map(({ name }) => name), [...wanted]);
});

Deno.test("sharedFields() takes the largest of numbers, and leaves out what cannot be compared", () => {
  const shared = sharedFields([
    messageWith({ a: u16("Small"), b: u32("Number"), c: u32("Number"), d: str255("Text") }, "A"),
    messageWith({ a: option(u32("Large")), b: str255("Text"), c: u64("Number") }, "B"),
    messageWith({ a: u16("Small"), b: u32("Number"), d: seq255(str255("Text")) }, "C"),
  ]);
  deepStrictEqual(shared.map(({ name, field }) => `${name} ${field.wire}`), [
    "a U32",
    "d STR0_255",
  ]);
});

Deno.test("luaText() keeps every byte, as nothing but printable ASCII", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    const quoted = luaText(text);
    ok(/^"[\x20-\x7e]*"$/.test(quoted));
    deepStrictEqual(readLua(quoted), [...new TextEncoder().encode(text)]);
  }));
});

/** The bytes of a string, as Lua reads it. */
function readLua(quoted: string): number[] {
  return [...quoted.slice(1, -1).matchAll(/\\(\d{1,3})|\\(["\\])|([^"\\])/g)].map(
    ([, decimal, escaped = "", plain = escaped]) =>
      decimal === undefined ? plain.charCodeAt(0) : Number(decimal),
  );
}

const CLOSES: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };

/** What is opened and not closed, or closed and not opened; the last first. */
function unbalanced(code: string): string[] {
  const open: string[] = [];
  const wrong: string[] = [];
  const bare = code.replace(/"(?:[^"\\\n]|\\.)*"/g, '""').replace(/--.*$/gm, "");
  for (const [token] of bare.matchAll(/\b(?:function|if|for|while|do|end)\b|[()[\]{}]/g)) {
    const last = open.at(-1);
    // A loop's `do` opens nothing more.
    if (token === "do" && (last === "for" || last === "while")) {
      open[open.length - 1] = `${last} do`;
    } else if (token === "end") {
      if (/^(?:function|if|do|for do|while do)$/.test(last ?? "")) open.pop();
      else wrong.push(token);
    } else if (CLOSES[token] === undefined) open.push(token);
    else if (CLOSES[token] === last) open.pop();
    else wrong.push(token);
  }
  return [...wrong, ...open.reverse().map((token) => token.replace(" do", ""))];
}

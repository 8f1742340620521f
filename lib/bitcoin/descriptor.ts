import { OperatorError } from "../errors.ts";
import { scriptOfAddress } from "./address.ts";
import { concatBytes } from "./bytes.ts";
import { descriptorChecksum } from "./descriptor_checksum.ts";
import { sha256 } from "./hash.ts";
import type { Network } from "./network.ts";
import { hash160, isPublicKey, taprootScript, type TapTree } from "./script.ts";

/**
 * The script that `descriptor` stands for: where an operator wants to be paid.
 *
 * Understands `addr raw pkh sh wpkh wsh tr`, in them `pk pkh wpkh wsh multi sortedmulti` where
 * Bitcoin Core does, and a plain address. Keys are hexadecimal, with or without their origin.
 * Extended keys stand for many scripts and private keys do not belong here: both are refused.
 *
 * @param descriptor An operator's. A checksum may be left out, but a wrong one is refused.
 * @param network Addresses of other networks are refused.
 * @throws {OperatorError} Says what is wrong without quoting the descriptor, which may hold a key.
 * @see BIP 380, BIP 381, BIP 382, BIP 383, BIP 385, BIP 386
 */
export function outputScript(descriptor: string, network: Network): Uint8Array {
  const text = descriptor.trim();
  if (text.length > MAX_LENGTH) throw unusable(`it is longer than ${MAX_LENGTH} characters`);
  if (isSecret(text)) throw unusable(PRIVATE_KEY);
  if (!/[(#]/.test(text)) return scriptOfAddress(text, network);
  const { name, inside } = callOf(withoutChecksum(text));
  switch (name) {
    case "addr":
      return scriptOfAddress(inside, network);
    case "raw":
      return rawScript(inside);
    case "sh":
      return payToScriptHash(innerScript(inside, "sh"));
    case "tr":
      return payToTaproot(inside);
    case "pkh":
    case "wpkh":
    case "wsh":
      return innerScript(`${name}(${inside})`, "top");
    default:
      throw unusable("it must be an address, or one of addr raw pkh sh wpkh wsh tr");
  }
}

/** What a script is inside of: decides what it may be and which keys it may name. */
type Context = "top" | "sh" | "wsh" | "tr";

const MAX_LENGTH = 10_000;
const MAX_RAW_SCRIPT = 10_000;
const MAX_REDEEM_SCRIPT = 520;
const MAX_TREE_DEPTH = 128;
const PRIVATE_KEY = "it holds a private key, which no configuration should: use the public key";
const OP = { checkSig: 0xac, checkMultiSig: 0xae, equal: 0x87, hash160: 0xa9 } as const;

function innerScript(text: string, context: Context): Uint8Array {
  const { name, inside } = callOf(text);
  const nested = context === "sh" || context === "wsh";
  if (name === "pk" && context !== "top") {
    return concatBytes(push(publicKey(inside, context)), Uint8Array.of(OP.checkSig));
  }
  if (name === "pkh" && context !== "tr") {
    return payToKeyHash(publicKey(inside, context));
  }
  if (name === "wpkh" && (context === "top" || context === "sh")) {
    return concatBytes(Uint8Array.of(0), push(hash160(publicKey(inside, "wsh"))));
  }
  if (name === "wsh" && (context === "top" || context === "sh")) {
    return concatBytes(Uint8Array.of(0), push(sha256(innerScript(inside, "wsh"))));
  }
  if ((name === "multi" || name === "sortedmulti") && nested) {
    return multisig(inside, context, name === "sortedmulti");
  }
  throw unusable(`${name}() cannot be used ${context === "top" ? "here" : `inside ${context}()`}`);
}

function payToKeyHash(key: Uint8Array): Uint8Array {
  return concatBytes(
    Uint8Array.of(0x76, OP.hash160),
    push(hash160(key)),
    Uint8Array.of(0x88, OP.checkSig),
  );
}

function payToScriptHash(script: Uint8Array): Uint8Array {
  if (script.length > MAX_REDEEM_SCRIPT) {
    throw unusable(`the script in sh() has ${script.length} bytes, and 520 can be spent`);
  }
  return concatBytes(
    Uint8Array.of(OP.hash160),
    push(hash160(script)),
    Uint8Array.of(OP.equal),
  );
}

function payToTaproot(inside: string): Uint8Array {
  const [key = "", tree, ...rest] = splitArguments(inside);
  if (rest.length > 0) throw unusable("tr() takes a key and a tree");
  return taprootScript(publicKey(key, "tr"), tree === undefined ? undefined : tapTree(tree, 0));
}

function tapTree(text: string, depth: number): TapTree {
  if (depth > MAX_TREE_DEPTH) throw unusable(`its tree is deeper than ${MAX_TREE_DEPTH}`);
  if (!text.startsWith("{")) return innerScript(text, "tr");
  const [left, right, ...rest] = splitArguments(text.slice(1, -1));
  if (!text.endsWith("}") || left === undefined || right === undefined || rest.length > 0) {
    throw unusable("a branch of its tree must be two scripts: {A,B}");
  }
  return [tapTree(left, depth + 1), tapTree(right, depth + 1)];
}

function multisig(inside: string, context: Context, sorted: boolean): Uint8Array {
  const [threshold = "", ...texts] = splitArguments(inside);
  const keys = texts.map((key) => publicKey(key, context));
  const needed = /^[1-9]\d?$/.test(threshold) ? Number(threshold) : 0;
  if (needed < 1 || needed > keys.length || keys.length > 20) {
    throw unusable("a multisig needs a threshold of at least 1, and as many keys, at most 20");
  }
  if (sorted) keys.sort((a, b) => a.toHex() < b.toHex() ? -1 : 1);
  return concatBytes(
    number(needed),
    ...keys.map(push),
    number(keys.length),
    Uint8Array.of(OP.checkMultiSig),
  );
}

function rawScript(hex: string): Uint8Array {
  if (!/^([0-9a-f]{2})+$/i.test(hex)) throw unusable("raw() takes the script in hexadecimal");
  const script = Uint8Array.fromHex(hex);
  if (script.length > MAX_RAW_SCRIPT) throw unusable("the script in raw() is too long to spend");
  return script;
}

function publicKey(text: string, context: Context): Uint8Array {
  const key = text.replace(/^\[[0-9a-f]{8}(\/\d{1,10}['hH]?)*\]/i, "");
  if (isSecret(key)) throw unusable(PRIVATE_KEY);
  if (/^[a-z]pub/i.test(key)) {
    throw unusable("it holds an extended key, which stands for many: give the key of one address");
  }
  const lengths = context === "tr" ? [64, 66] : context === "wsh" ? [66] : [66, 130];
  if (!/^[0-9a-f]*$/i.test(key) || !lengths.includes(key.length)) {
    const forms = lengths.map((length) => KEY_FORMS[length]).join(" or ");
    throw unusable(`a key in it must be ${forms}, in hexadecimal`);
  }
  const bytes = Uint8Array.fromHex(key);
  if (!isPublicKey(bytes)) throw unusable("a key in it is not a point on the curve");
  return context === "tr" ? bytes.slice(-32) : bytes;
}

const KEY_FORMS: Record<number, string> = {
  64: "32 bytes (x only)",
  66: "33 bytes (compressed)",
  130: "65 bytes (uncompressed)",
};

/** Whether `text` looks like a private key: in the import format, or extended. */
function isSecret(text: string): boolean {
  return /^[a-z]prv/i.test(text) || /^[5KLc9][1-9A-HJ-NP-Za-km-z]{50,51}$/.test(text);
}

function withoutChecksum(text: string): string {
  const at = text.indexOf("#");
  const body = at < 0 ? text : text.slice(0, at);
  const expected = descriptorChecksum(body);
  if (expected === undefined) throw unusable("it has a character that descriptors do not have");
  if (at >= 0 && text.slice(at + 1) !== expected) {
    throw unusable("its checksum is wrong: copy it again, or leave the # and the rest out");
  }
  return body;
}

/** Name and argument text of `name(…)`. */
function callOf(text: string): { readonly name: string; readonly inside: string } {
  const match = /^([a-z_]+)\((.*)\)$/s.exec(text);
  if (match === null) throw unusable("a part of it is not of the form name(…)");
  return { name: match[1] ?? "", inside: match[2] ?? "" };
}

/** Splits at the commas that are not inside of parentheses or braces. */
function splitArguments(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === "(" || character === "{") depth += 1;
    if (character === ")" || character === "}") depth -= 1;
    if (character === "," && depth === 0) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  return [...parts, text.slice(from)];
}

/** Pushes up to 75 bytes; keys and hashes are never longer. */
function push(bytes: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(bytes.length), bytes);
}

/** Pushes a number from 1 to 20. */
function number(value: number): Uint8Array {
  return value <= 16 ? Uint8Array.of(0x50 + value) : Uint8Array.of(1, value);
}

function unusable(reason: string): OperatorError {
  return new OperatorError("config", `Cannot pay to this descriptor: ${reason}`);
}

import type { Field } from "../../../lib/codec/field.ts";
import { type Fields, type Message, specName, type Values } from "../../../lib/codec/message.ts";
import { bytesFromText } from "../../../lib/codec/text.ts";

/** Names that the reference changed; the wire is the same. */
const RENAMED: Readonly<Record<string, string>> = {
  "SetCustomMiningJob.mining_job_token": "token",
  "SetCustomMiningJob.coinbase_tx_input_nSequence": "coinbase_tx_input_n_sequence",
  "AllocateMiningJobToken.Success.coinbase_tx_outputs": "coinbase_outputs",
  "SetNewPrevHash.nBits": "n_bits",
};
const PROTOCOLS = ["MiningProtocol", "JobDeclarationProtocol", "TemplateDistributionProtocol"];
/** Bytes that the reference prints of a byte string before it cuts. */
const PRINTED = 255;

/**
 * What `value` looks like when the reference prints it: its name for the message, for each field in
 * its order, and their values. So that not only bytes agree, but what each side takes them for.
 */
export function printedAs<F extends Fields>(message: Message<F>, value: Values<F>): string {
  const fields = Object.entries(message.fields).map(([key, field]) => {
    const name = specName(key, field);
    const renamed = RENAMED[`${message.name}.${name}`] ?? name;
    return message.name === "SetupConnection" && name === "protocol"
      ? `${renamed}: ${PROTOCOLS[Number(value[key])]}`
      : `${renamed}: ${printed(field, value[key])}`;
  });
  return `(${message.name.replaceAll(".", "")} { ${fields.join(", ")} }`;
}

/** What the reference printed, without what says nothing of the value. */
export function normalized(text: string): string {
  return text
    .replace(/, PhantomData<[^()\]]*>\)/g, ")")
    .replace(/^\w+(?=\()/, "")
    .replace(/^\(ExtensionsNegotiation(?=\()/, "")
    .replace(/^\(\w+(?=\()/, "")
    .replace(/\)*$/, "")
    .replace(
      /(nominal_hash_rate: )([^,]+)/,
      (_, name, float) => `${name}${single(numberOf(float))}`,
    );
}

function printed(field: Field<unknown>, value: unknown): string {
  const { shape } = field;
  switch (shape.kind) {
    case "bool":
    case "uint":
      return String(value);
    case "f32":
      return single(Number(value));
    case "text":
      return printedBytes(bytesFromText(String(value)));
    case "hash":
    case "bytes":
      return printedBytes(value as Uint8Array);
    case "bigint":
      return shape.bits === 64 ? String(value) : printedBytes(littleEndian(value as bigint));
    case "option":
      return `Sv2Option([${value === null ? "" : printed(shape.of, value)}])`;
    case "seq": {
      const kind = shape.max === 255 ? "Seq0255" : "Seq064K";
      return `${kind}([${(value as unknown[]).map((part) => printed(shape.of, part)).join(", ")}])`;
    }
    default:
      return shape satisfies never;
  }
}

function printedBytes(bytes: Uint8Array): string {
  const cut = Math.max(0, bytes.length - PRINTED) * 2;
  const shown = bytes.subarray(0, PRINTED).toHex();
  return `Inner { len: ${bytes.length}, data: ${shown}${
    cut > 0 ? `…<truncated ${cut} chars>` : ""
  } }`;
}

function littleEndian(value: bigint): Uint8Array {
  return Uint8Array.fromHex(value.toString(16).padStart(64, "0")).reverse();
}

/** A float in a spelling that no language differs about: its four bytes. */
function single(value: number): string {
  return new Uint8Array(Float32Array.of(value).buffer).toHex();
}

function numberOf(text: string): number {
  return Number(text.replace("inf", "Infinity"));
}

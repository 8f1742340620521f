/**
 * What tshark shows of a packet, read back from its PDML, in the order of the tree.
 *
 * @module
 */

/** A field as Wireshark shows it. */
export interface Shown {
  /** As filters have it. */
  readonly name: string;
  /** First byte in its packet, or in what packets were put together to. */
  readonly at: number;
  readonly size: number;
  /** As a person reads it, without its name. */
  readonly show: string;
  /** The bytes of it in hexadecimal, as they came. */
  readonly bytes: string;
  readonly isHidden: boolean;
}

/** A frame of Stratum V2 as the dissector shows it: its place, and its fields however deep. */
export interface ShownFrame {
  readonly title: string;
  readonly at: number;
  readonly fields: readonly Shown[];
}

/** The frames in PDML. */
export function framesInPdml(pdml: string): ShownFrame[] {
  const frames: ShownFrame[] = [];
  let fields: Shown[] | undefined;
  // Not by lines: tshark leaves line breaks in texts as they are.
  for (const [tag] of pdml.matchAll(/<(?:proto|field) [^<>]*|<\/proto>/g)) {
    if (tag.startsWith('<proto name="sv2"')) {
      fields = [];
      const title = attribute(tag, "showname");
      frames.push({ title, at: Number(attribute(tag, "pos")), fields });
    } else if (tag === "</proto>") fields = undefined;
    else if (tag.startsWith("<field ")) fields?.push(shown(tag));
  }
  return frames;
}

function shown(tag: string): Shown {
  return {
    name: attribute(tag, "name"),
    at: Number(attribute(tag, "pos")),
    size: Number(attribute(tag, "size")),
    show: attribute(tag, "show"),
    bytes: attribute(tag, "unmaskedvalue") || attribute(tag, "value"),
    isHidden: attribute(tag, "hide") === "yes",
  };
}

function attribute(tag: string, name: string): string {
  const start = tag.indexOf(` ${name}="`);
  if (start < 0) return "";
  const from = start + name.length + 3;
  return tag.slice(from, tag.indexOf('"', from)).replace(
    /&(?:(lt|gt|amp|quot)|#x(\w+));/g,
    (_, entity: keyof typeof ENTITIES | undefined, code: string) =>
      entity === undefined ? String.fromCodePoint(parseInt(code, 16)) : ENTITIES[entity],
  );
}

const ENTITIES = { lt: "<", gt: ">", amp: "&", quot: '"' } as const;

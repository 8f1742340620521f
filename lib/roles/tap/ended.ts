import type { StreamEvent } from "../../capture/capture.ts";

/** Whose doing it was that a passage ended. */
export type EndedBy = "client" | "server" | "us";

/** A passage is over. */
export class Ended extends Error {
  override readonly name = "Ended";

  constructor(
    readonly by: EndedBy,
    /** In words, for the log. */
    readonly reason: string,
    options: {
      /** As a recording has it; in good order, unless told otherwise. */
      readonly how?: (StreamEvent & { readonly type: "close" })["how"];
      /** Someone has to look into it. */
      readonly isFault?: boolean;
    } = {},
  ) {
    super(reason);
    this.how = options.how ?? "fin";
    this.isFault = options.isFault ?? false;
  }

  readonly how: "fin" | "rst" | "forgotten";
  readonly isFault: boolean;
}

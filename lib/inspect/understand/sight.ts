import type {
  CloseChannel,
  OpenMiningChannelError,
  SetCustomMiningJobError,
  SetNewPrevHash as MiningTip,
  SubmitSharesError,
  SubmitSharesSuccess,
  UpdateChannel,
  UpdateChannelError,
} from "../../messages/mining.ts";
import type { SetupConnection } from "../../messages/common.ts";
import type {
  DeclareMiningJob,
  DeclareMiningJobError,
  PushSolution,
} from "../../messages/declaration.ts";
import type { SetNewPrevHash as TemplateTip, SubmitSolution } from "../../messages/template.ts";
import type { Entry } from "../entry.ts";
import type { Channel } from "./channel.ts";
import type { ConnectionState } from "./connection.ts";
import type { Job } from "./job.ts";
import type {
  AllocateRequest,
  CustomRequest,
  Declaration,
  ExtensionsRequest,
  OpenRequest,
} from "./request.ts";
import type { Share } from "./share.ts";
import type { JobTwin, Notified, ShareTwin, Submitted } from "./sv1.ts";
import type { Template } from "./template.ts";
import type { Moment } from "./timeline.ts";
import type { Token } from "./token.ts";

/** An entry, with what is known of what it belongs to. */
export interface Sight {
  readonly entry: Entry;
  readonly at: Moment;
  /** As it is after the entry. */
  readonly on: ConnectionState;
  readonly about: About;
}

/**
 * What an entry is about. Things it refers to are undefined where they are not known: because they do
 * not exist, or, if the connection is not whole, because they were not seen.
 */
export type About =
  | SetupAbout
  | MiningAbout
  | ShareAbout
  | CustomJobAbout
  | DeclarationAbout
  | TemplateAbout
  | Sv1About
  /** A note, or a frame that says nothing about the rest. */
  | { readonly kind: "other" };

/** SV2 §3.6 and extension 0x0001. */
export type SetupAbout =
  /** `again`: there was one before. */
  | { readonly kind: "setup"; readonly value: SetupConnection; readonly again: boolean }
  | {
    readonly kind: "setup-answer";
    readonly accepted: boolean;
    readonly setup: SetupConnection | undefined;
    /** It was answered before. */
    readonly again: boolean;
  }
  | {
    readonly kind: "extensions-asked";
    readonly request: ExtensionsRequest;
    readonly clash: ExtensionsRequest | undefined;
    /** The client has said other things of a protocol before. */
    readonly late: boolean;
  }
  | {
    readonly kind: "extensions-answered";
    readonly request: ExtensionsRequest | undefined;
    readonly supported: readonly number[];
  };

/** SV2 §5.3 without shares. */
export type MiningAbout =
  | {
    readonly kind: "open";
    readonly request: OpenRequest;
    /** One with the same id that waits for its answer. */
    readonly clash: OpenRequest | undefined;
  }
  | {
    readonly kind: "opened";
    readonly request: OpenRequest | undefined;
    readonly channel: Channel;
    /** Who had the id until now. */
    readonly taken: Channel | undefined;
    /** The group's id is that of a channel which is none. */
    readonly groupTaken: boolean;
    /** A live channel of the same server whose prefix this one's overlaps. */
    readonly overlap: Channel | undefined;
  }
  | {
    readonly kind: "open-refused";
    readonly request: OpenRequest | undefined;
    readonly value: OpenMiningChannelError;
  }
  | {
    readonly kind: "job";
    readonly to: Channel | undefined;
    /** Undefined with `to`. */
    readonly job: Job | undefined;
    /** A job that is valid on the channel, or on one of the group, and has the same id. */
    readonly clash: Job | undefined;
    /** Nothing was addressed to the channel before. */
    readonly first: boolean;
    readonly channelId: number;
  }
  | {
    readonly kind: "activation";
    readonly to: Channel | undefined;
    readonly value: MiningTip;
    /** The job that it names, if it was sent. */
    readonly job: Job | undefined;
    readonly first: boolean;
  }
  | {
    readonly kind: "target";
    readonly to: Channel | undefined;
    readonly channelId: number;
    readonly target: bigint;
    readonly previous: bigint | undefined;
    /** The easiest target that the client has allowed lately. */
    readonly allowed: bigint | undefined;
  }
  | {
    readonly kind: "prefix";
    readonly to: Channel | undefined;
    readonly channelId: number;
    readonly previous: Uint8Array | undefined;
    readonly prefix: Uint8Array;
    readonly overlap: Channel | undefined;
  }
  | {
    readonly kind: "group";
    readonly group: Channel;
    /** The id is that of a channel which is no group. */
    readonly taken: boolean;
    readonly unknown: readonly number[];
  }
  | { readonly kind: "update"; readonly to: Channel | undefined; readonly value: UpdateChannel }
  | {
    readonly kind: "update-refused";
    readonly to: Channel | undefined;
    readonly value: UpdateChannelError;
  }
  | { readonly kind: "close"; readonly to: Channel | undefined; readonly value: CloseChannel };

/** SV2 §5.3.11 to §5.3.14. */
export type ShareAbout =
  | {
    readonly kind: "share";
    /** Undefined if it came on no channel that is known. */
    readonly share: Share | undefined;
    readonly channelId: number;
    readonly as: "standard" | "extended";
    /** Sequence number of the share before, on the channel. */
    readonly previous: number | undefined;
    readonly twins: readonly ShareTwin[];
    /** Shares that wait so long and are so many that no batch explains it. Told once. */
    readonly silent: readonly Share[];
    /** A smaller maximum target that was asked for long ago and never followed. Told once. */
    readonly overdueTarget: (Moment & { readonly maximum: bigint }) | undefined;
  }
  | {
    readonly kind: "accepted";
    readonly to: Channel | undefined;
    readonly value: SubmitSharesSuccess;
    /** Those that it acknowledges: all that waited up to the last sequence number. */
    readonly shares: readonly Share[];
    /** Whether a share with the last sequence number waited, or was just refused. */
    readonly last: "waited" | "refused" | "unknown";
  }
  | {
    readonly kind: "rejected";
    readonly to: Channel | undefined;
    readonly value: SubmitSharesError;
    readonly share: Share | undefined;
  };

/** SV2 §5.3.18 to §5.3.20. */
export type CustomJobAbout =
  | {
    readonly kind: "custom";
    readonly request: CustomRequest;
    readonly clash: CustomRequest | undefined;
  }
  | {
    readonly kind: "custom-accepted";
    readonly request: CustomRequest | undefined;
    readonly channelId: number;
    readonly jobId: number;
    readonly job: Job | undefined;
  }
  | {
    readonly kind: "custom-refused";
    readonly request: CustomRequest | undefined;
    readonly value: SetCustomMiningJobError;
  };

/** SV2 §6.4. */
export type DeclarationAbout =
  | {
    readonly kind: "allocate";
    readonly request: AllocateRequest;
    readonly clash: AllocateRequest | undefined;
  }
  | {
    readonly kind: "allocated";
    readonly request: AllocateRequest | undefined;
    readonly token: Token;
    /** The same token was given before. */
    readonly known: Token | undefined;
  }
  | {
    readonly kind: "declare";
    readonly declaration: Declaration;
    readonly value: DeclareMiningJob;
    readonly clash: Declaration | undefined;
  }
  | {
    readonly kind: "declared";
    readonly declaration: Declaration | undefined;
    readonly token: Token;
  }
  | {
    readonly kind: "declare-refused";
    readonly declaration: Declaration | undefined;
    readonly value: DeclareMiningJobError;
  }
  | {
    readonly kind: "missing";
    readonly declaration: Declaration | undefined;
    readonly positions: readonly number[];
  }
  | {
    readonly kind: "provided";
    readonly declaration: Declaration | undefined;
    readonly transactions: number;
  }
  | { readonly kind: "push"; readonly value: PushSolution; readonly share: Share | undefined };

/** SV2 §7. */
export type TemplateAbout =
  | { readonly kind: "constraints"; readonly first: boolean }
  | {
    readonly kind: "template";
    readonly template: Template;
    /** Id of the template before. */
    readonly previous: bigint | undefined;
  }
  | {
    readonly kind: "tip";
    readonly template: Template | undefined;
    readonly value: TemplateTip;
    /** A future template came before. */
    readonly prepared: boolean;
  }
  | { readonly kind: "data"; readonly templateId: bigint; readonly template: Template | undefined }
  | { readonly kind: "data-answer"; readonly templateId: bigint; readonly asked: boolean }
  | {
    readonly kind: "solution";
    readonly template: Template | undefined;
    readonly value: SubmitSolution;
    readonly tip: TemplateTip | undefined;
    readonly share: Share | undefined;
  };

/** Lines of Stratum V1. */
export type Sv1About =
  | { readonly kind: "notify"; readonly notified: Notified; readonly twin: JobTwin | undefined }
  | {
    readonly kind: "submit";
    readonly submitted: Submitted;
    readonly twins: readonly ShareTwin[];
  };

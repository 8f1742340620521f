import type { Channel } from "../understand/channel.ts";
import type { Job } from "../understand/job.ts";
import type { Request } from "../understand/request.ts";
import type { Share } from "../understand/share.ts";
import type { Sight } from "../understand/sight.ts";
import type { Template } from "../understand/template.ts";
import type { Token } from "../understand/token.ts";

/** What an entry belongs to. All that is not known, or does not apply, is left out. */
export interface Belongings {
  /** Ids of channels and groups that it names; of a connection, so with the rest. */
  readonly channelIds: readonly number[];
  /** Those of them that are known. */
  readonly channels: readonly Channel[];
  readonly jobId?: number | undefined;
  readonly job?: Job | undefined;
  readonly shares: readonly Share[];
  /** Names of users and workers. */
  readonly users: readonly (string | undefined)[];
  /** Hexadecimal. */
  readonly tokens: readonly string[];
  readonly token?: Token | undefined;
  /** The request that it makes or answers. */
  readonly request?: Request | undefined;
  readonly template?: Template | undefined;
}

const NOTHING: Belongings = { channelIds: [], channels: [], shares: [], users: [], tokens: [] };

/** What an entry belongs to, from what it is about. */
export function belongingsOf({ about }: Sight): Belongings {
  switch (about.kind) {
    case "open":
      return { ...NOTHING, request: about.request, users: [about.request.userIdentity] };
    case "opened": {
      const { channel, request } = about;
      return { ...ofChannel(channel.id, channel), request };
    }
    case "open-refused":
      return { ...NOTHING, request: about.request, users: [about.request?.userIdentity] };
    case "job": {
      const { job, channelId, to } = about;
      const { id, template } = job ?? {};
      return { ...ofChannel(channelId, to), job, jobId: id, template };
    }
    case "activation": {
      const { value, to, job } = about;
      return {
        ...ofChannel(value.channelId, to),
        job,
        jobId: value.jobId,
        template: job?.template,
      };
    }
    case "target":
    case "prefix":
      return ofChannel(about.channelId, about.to);
    case "update":
    case "update-refused":
    case "close":
      return ofChannel(about.value.channelId, about.to);
    case "group": {
      const { group } = about;
      const channels = [group, ...group.members];
      return { ...NOTHING, channels, channelIds: channels.map(({ id }) => id) };
    }
    case "share": {
      const { share, channelId } = about;
      const belongs = ofChannel(channelId, share?.channel);
      if (share === undefined) return belongs;
      const { job, jobId, worker } = share;
      return { ...belongs, job, jobId, shares: [share], users: [...belongs.users, worker] };
    }
    case "accepted":
      return ofShares(about.shares, ofChannel(about.value.channelId, about.to));
    case "rejected":
      return ofShares(
        about.share === undefined ? [] : [about.share],
        ofChannel(about.value.channelId, about.to),
      );
    case "custom": {
      const { request } = about;
      return {
        ...ofChannel(request.channelId, request.channel),
        request,
        token: request.token,
        tokens: [request.value.miningJobToken.toHex()],
      };
    }
    case "custom-accepted":
    case "custom-refused":
      return ofCustomAnswer(about);
    default:
      return ofDeclaration(about);
  }
}

function ofCustomAnswer(
  about: Extract<Sight["about"], { readonly kind: "custom-accepted" | "custom-refused" }>,
): Belongings {
  const { request } = about;
  const channelId = about.kind === "custom-accepted" ? about.channelId : about.value.channelId;
  return {
    ...ofChannel(channelId, request?.channel),
    request,
    token: request?.token,
    tokens: request === undefined ? [] : [request.value.miningJobToken.toHex()],
    ...(about.kind === "custom-accepted" ? { job: about.job, jobId: about.jobId } : {}),
  };
}

/** Of job declaration, templates and Stratum V1. */
function ofDeclaration(about: Sight["about"]): Belongings {
  switch (about.kind) {
    case "allocate":
      return { ...NOTHING, request: about.request, users: [about.request.userIdentifier] };
    case "allocated": {
      const { request, token } = about;
      return { ...NOTHING, request, token, tokens: [token.hex], users: [token.user] };
    }
    case "declare":
      return ofRequest(about.declaration);
    case "declared": {
      const { declaration, token } = about;
      const before = declaration?.tokenHex;
      const tokens = before === undefined ? [token.hex] : [token.hex, before];
      return { ...NOTHING, request: declaration, token, tokens, users: [token.user] };
    }
    case "declare-refused":
    case "missing":
    case "provided":
      return ofRequest(about.declaration);
    case "push":
    case "solution": {
      const { share } = about;
      const template = about.kind === "solution" ? about.template : undefined;
      return ofShares(share === undefined ? [] : [share], { ...NOTHING, template });
    }
    case "template":
    case "tip":
    case "data":
      return { ...NOTHING, template: about.template };
    case "submit": {
      const { submitted, twins } = about;
      const shares = twins.map(({ share }) => share);
      return { ...ofShares(shares, NOTHING), users: [submitted.user] };
    }
    case "notify":
      return { ...NOTHING, job: about.twin?.job, template: about.twin?.job.template };
    default:
      return NOTHING;
  }
}

function ofRequest(
  declaration: Extract<Request, { readonly kind: "declare" }> | undefined,
): Belongings {
  if (declaration === undefined) return NOTHING;
  const { token, tokenHex } = declaration;
  return { ...NOTHING, request: declaration, token, tokens: [tokenHex], users: [token?.user] };
}

function ofChannel(id: number, channel: Channel | undefined): Belongings {
  const channels = channel === undefined ? [] : [channel, ...channel.members];
  const channelIds = channel === undefined ? [id] : channels.map((member) => member.id);
  return { ...NOTHING, channels, channelIds, users: channels.map(({ user }) => user) };
}

function ofShares(shares: readonly Share[], belongs: Belongings): Belongings {
  const [first] = shares;
  if (first === undefined) return belongs;
  const users = shares.map(({ worker }) => worker);
  return { ...belongs, shares, users: [...belongs.users, ...users] };
}

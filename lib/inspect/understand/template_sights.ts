/**
 * SV2 §7: templates and solutions.
 *
 * @module
 */

import {
  CoinbaseOutputConstraints,
  NewTemplate,
  RequestTransactionData,
  RequestTransactionDataError,
  RequestTransactionDataSuccess,
  SetNewPrevHash,
  SubmitSolution,
} from "../../messages/template.ts";
import { shareLike } from "./declaration_sights.ts";
import { kept } from "./read.ts";
import { on, type Scene } from "./scene.ts";
import type { TemplateAbout } from "./sight.ts";
import { templateFrom } from "./template.ts";

/** Requests of a connection for transactions that are told apart. */
const MOST_WANTED = 256;

/** What the tracker learns from messages of template distribution. */
export const TEMPLATE_SIGHTS = [
  on(CoinbaseOutputConstraints, (_value, { on, at }) => {
    const first = on.constraints === undefined;
    on.constraints ??= at;
    return { kind: "constraints", first };
  }),
  on(NewTemplate, (value, { world, on, at }) => {
    const previous = on.lastTemplateId;
    const template = templateFrom(value, on, at);
    on.lastTemplateId = template.id;
    on.hasFuture ||= template.future;
    world.addTemplate(template);
    return { kind: "template", template, previous };
  }),
  on(SetNewPrevHash, (value, { world, on, at }) => {
    const template = on.template(value.templateId);
    const prepared = on.hasFuture;
    on.hasFuture = false;
    on.templateTips.set({ ...value, prevHash: kept(value.prevHash) }, at);
    world.nBits = value.nBits;
    return { kind: "tip", template, value, prepared };
  }),
  on(RequestTransactionData, ({ templateId }, { on }) => {
    on.dataWanted.add(templateId);
    for (const oldest of on.dataWanted) {
      if (on.dataWanted.size <= MOST_WANTED) break;
      on.dataWanted.delete(oldest);
      on.forgotTemplates = true;
    }
    return { kind: "data", templateId, template: on.template(templateId) };
  }),
  on(RequestTransactionDataSuccess, ({ templateId }, scene) => answered(templateId, scene)),
  on(RequestTransactionDataError, ({ templateId }, scene) => answered(templateId, scene)),
  on(SubmitSolution, (value, { world, on }) => {
    const { version, headerTimestamp: ntime, headerNonce: nonce, templateId } = value;
    return {
      kind: "solution",
      template: on.template(templateId),
      value,
      tip: on.templateTips.latest?.value,
      share: shareLike({ nonce, ntime, version }, world),
    };
  }),
];

function answered(templateId: bigint, { on }: Scene): TemplateAbout {
  return { kind: "data-answer", templateId, asked: on.dataWanted.delete(templateId) };
}

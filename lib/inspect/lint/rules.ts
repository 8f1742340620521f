import { ANSWER_RULES } from "./answers.ts";
import { CHANNEL_RULES } from "./channels.ts";
import { DECLARATION_RULES } from "./declaration.ts";
import { EXTENSION_RULES } from "./extensions.ts";
import { FRAMING_RULES } from "./framing.ts";
import { JOB_RULES } from "./jobs.ts";
import type { Rule } from "./rule.ts";
import { SETUP_RULES } from "./setup.ts";
import { SHARE_RULES } from "./shares.ts";
import { STRING_RULES } from "./strings.ts";
import { TARGET_RULES } from "./targets.ts";
import { TEMPLATE_RULES } from "./templates.ts";

/** Every rule there is. */
export const RULES: readonly Rule[] = [
  ...FRAMING_RULES,
  ...SETUP_RULES,
  ...EXTENSION_RULES,
  ...STRING_RULES,
  ...CHANNEL_RULES,
  ...TARGET_RULES,
  ...JOB_RULES,
  ...SHARE_RULES,
  ...ANSWER_RULES,
  ...DECLARATION_RULES,
  ...TEMPLATE_RULES,
];

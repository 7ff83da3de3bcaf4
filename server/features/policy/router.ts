import "server-only";
import { notFound } from "#server/platform/errors/app-error.ts";
import { guardedProcedure, readProcedure, router } from "#server/trpc/init.ts";
import { decision, decisions, recordedDecision, storedTexts } from "./queries.ts";
import { replayDecision } from "./replay-decision.ts";
import {
  DecisionDetail,
  DecisionInput,
  DecisionPage,
  ListDecisionsInput,
  Replay,
  Rules,
  WhatIf,
} from "./schema.ts";
import { rulesView } from "./what-if/rules-view.ts";
import { whatIf } from "./what-if/what-if.ts";
import { WhatIfInput } from "./what-if-schema.ts";

const read = readProcedure("runtime.policies.read");

export const policyRouter = router({
  list: read
    .input(ListDecisionsInput)
    .output(DecisionPage)
    .query(({ ctx, input }) => decisions(ctx.tx, ctx.caller.tenant, input)),

  byId: read
    .input(DecisionInput)
    .output(DecisionDetail)
    .query(async ({ ctx, input }) => {
      const found = await decision(ctx.tx, ctx.caller.tenant, input.decisionId);
      if (!found) throw notFound("policy decision");
      return found;
    }),

  /** The Cedar rules in force, file by file. */
  rules: read.output(Rules).query(() => rulesView()),

  /** What a draft would have changed in the last decisions. Writes nothing. */
  whatIf: guardedProcedure("runtime.policies.read")
    .input(WhatIfInput)
    .output(WhatIf)
    .query(({ ctx, input: { environment, last, ...rules } }) =>
      whatIf(ctx.caller.tenant, {
        rules,
        last,
        environments: environment ? { [environment.name]: environment.policy } : {},
      }),
    ),

  /** Makes a decision again from its record and says whether the bytes are the same. */
  replay: read
    .input(DecisionInput)
    .output(Replay)
    .query(async ({ ctx, input }) => {
      const recorded = await recordedDecision(ctx.tx, ctx.caller.tenant, input.decisionId);
      if (!recorded) throw notFound("policy decision");
      return replayDecision(recorded, await storedTexts(ctx.tx, ctx.caller.tenant, recorded));
    }),
});

import "server-only";
import { guardAllTenants } from "#server/platform/tenancy/guard.ts";
import { readProcedure, router, verbProcedure } from "#server/trpc/init.ts";
import {
  breakers,
  remediationDetail,
  remediationPolicies,
  remediations,
  remediationsOfFinding,
} from "./queries.ts";
import { RemediationId } from "./schema.ts";
import { proposeRemediation } from "./verbs/propose-remediation.ts";
import { resetBreaker } from "./verbs/reset-breaker.ts";
import { saveRemediationPolicy } from "./verbs/save-remediation-policy.ts";
import { withdrawRemediation } from "./verbs/withdraw-remediation.ts";
import {
  Breakers,
  OfFinding,
  OfFindingInput,
  Policies,
  RemediationDetail,
  RemediationPage,
  RemediationsInput,
} from "./views.ts";

const read = readProcedure("runtime.remediations.read");

/** Approvals are given by `approvals.review`, as of every kind. */
export const remediationRouter = router({
  list: read
    .input(RemediationsInput)
    .output(RemediationPage)
    .query(({ ctx, input }) => remediations(ctx.tx, ctx.caller, input)),
  byId: read
    .input(RemediationId)
    .output(RemediationDetail)
    .query(({ ctx, input }) =>
      remediationDetail(ctx.tx, ctx.caller, input.remediationId, guardAllTenants(ctx.session)),
    ),
  ofFinding: read
    .input(OfFindingInput)
    .output(OfFinding)
    .query(({ ctx, input }) => remediationsOfFinding(ctx.tx, ctx.caller, input.findingId)),
  policies: read
    .output(Policies)
    .query(({ ctx }) => remediationPolicies(ctx.tx, ctx.caller.tenant)),
  breakers: read.output(Breakers).query(({ ctx }) => breakers(ctx.tx, ctx.caller.tenant)),
  propose: verbProcedure(proposeRemediation),
  withdraw: verbProcedure(withdrawRemediation),
  savePolicy: verbProcedure(saveRemediationPolicy),
  resetBreaker: verbProcedure(resetBreaker),
});

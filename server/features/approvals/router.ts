import "server-only";
import { notFound } from "#server/platform/errors/app-error.ts";
import { readProcedure, router, verbProcedure } from "#server/trpc/init.ts";
import { approval, approvals, approvalsWaitingFor } from "./queries.ts";
import {
  ApprovalDetail,
  ApprovalPage,
  ListApprovalsInput,
  RequestId,
  WaitingApprovals,
} from "./schema.ts";
import { requestApproval } from "./verbs/request-approval.ts";
import { reviewApproval } from "./verbs/review-approval.ts";
import { reviseApproval } from "./verbs/revise-approval.ts";
import { withdrawApproval } from "./verbs/withdraw-approval.ts";

const read = readProcedure("runtime.approvals.read");

export const approvalsRouter = router({
  list: read
    .input(ListApprovalsInput)
    .output(ApprovalPage)
    .query(({ ctx, input }) => approvals(ctx.tx, ctx.caller.tenant, input)),

  byId: read
    .input(RequestId)
    .output(ApprovalDetail)
    .query(async ({ ctx, input }) => {
      const found = await approval(ctx.tx, ctx.caller.tenant, input.requestId, ctx.caller);
      if (!found) throw notFound("approval request");
      return found;
    }),

  /** What waits for the person who asks. */
  waiting: read.output(WaitingApprovals).query(async ({ ctx }) => ({
    items: await approvalsWaitingFor(ctx.tx, ctx.caller.tenant, ctx.caller),
    asOf: await ctx.tx.startedAt(),
  })),

  request: verbProcedure(requestApproval),
  review: verbProcedure(reviewApproval),
  revise: verbProcedure(reviseApproval),
  withdraw: verbProcedure(withdrawApproval),
});

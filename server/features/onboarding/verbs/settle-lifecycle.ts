import "server-only";
import {
  approvalInBrief,
  approvalSubject,
  ConsumeApprovalInput,
  consumeApproval,
} from "#server/features/approvals/index.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { runWithin } from "#server/platform/run-within.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { approvedFields, lifecycleEvent, lifecycleRef, lockLifecycle } from "../lifecycle-rows.ts";
import { LifecycleId, LifecycleOutcome, OffboardPlan } from "../schema.ts";

/**
 * Lets an act follow its approval, with the approvers' roles as just read again: an onboarding begins, an
 * offboarding enters its waiting period; an approval that fell through refuses it.
 */
export const settleLifecycle = verb({
  name: "onboarding.settle",
  scope: "runtime.tenants.carry-out",
  input: LifecycleId.extend({ approvers: ConsumeApprovalInput.shape.approvers }),
  output: LifecycleOutcome,
  async run(context) {
    const { tx, tenant, actor, input } = context;
    if (actor.kind !== "worker") throw new AppError("forbidden", "Only the worker does this.");
    const row = await lockLifecycle(tx, tenant, input.lifecycleId);
    const output = { lifecycleId: row.lifecycle_id, approvalId: row.approval_id };
    const approval =
      row.state === "awaiting_approval" && row.approval_id
        ? await approvalInBrief(tx, tenant, row.approval_id)
        : undefined;
    if (!approval || approval.state === "open") return unchanged({ ...output, state: row.state });
    const { digest } = approvalSubject(tenant, approval.requester, approvedFields(row));
    const used =
      approval.state === "approved"
        ? await runWithin(consumeApproval, context, {
            requestId: approval.requestId,
            kind: row.act === "onboard" ? "onboarding" : "offboarding",
            subjectRef: lifecycleRef(row.lifecycle_id),
            subjectDigest: digest.toString("hex"),
            approvers: input.approvers,
          })
        : null;
    const isApproved = used?.output.outcome === "executed";
    const why = used?.output.outcome === "refused" ? used.output.why : approval.state;
    const state = !isApproved
      ? ("refused" as const)
      : row.act === "onboard"
        ? ("carrying_out" as const)
        : ("waiting" as const);
    const waitDays = row.act === "offboard" ? OffboardPlan.parse(row.plan).waitDays : 0;
    const [updated] = await tx.query<{ effective_at: Date | null }>(
      `UPDATE tenant_lifecycle SET state = $3, end_note = $4,
         effective_at = CASE WHEN $3 = 'waiting' THEN clock_timestamp() + make_interval(days => $5) END,
         due_at = clock_timestamp(), finished_at = CASE WHEN $3 = 'refused' THEN clock_timestamp() END
       WHERE tenant_id = $1 AND lifecycle_id = $2 RETURNING effective_at`,
      [tenant, row.lifecycle_id, state, isApproved ? null : why, waitDays],
    );
    const event = lifecycleEvent(row, isApproved ? "approved" : "refused", {
      approvalId: approval.requestId,
      ...(isApproved ? {} : { why }),
      ...(updated?.effective_at ? { effectiveAt: updated.effective_at.toISOString() } : {}),
    });
    return audited(
      { ...output, state },
      isApproved ? event : { ...event, outcome: "denied" },
      ...(used?.events ?? []),
    );
  },
});

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
import { approvedFields, lockPrincipal, principalRef } from "../principal-rows.ts";
import { BreakGlassSettled, PrincipalId } from "../schema.ts";

/**
 * Carries out a decided declaration or retirement, with the approvers' roles as just read again; an
 * approval that fell through leaves a new declaration refused, and one in force as it was.
 */
export const settleBreakGlass = verb({
  name: "breakGlass.settle",
  scope: "runtime.break-glass.settle",
  input: PrincipalId.extend({ approvers: ConsumeApprovalInput.shape.approvers }),
  output: BreakGlassSettled,
  async run(context) {
    const { tx, tenant, actor, input } = context;
    if (actor.kind !== "worker") throw new AppError("forbidden", "Only the worker does this.");
    const row = await lockPrincipal(tx, tenant, input.principalId);
    const isWaiting = row.state === "declared" || row.state === "retiring";
    const approval =
      isWaiting && row.approval_id ? await approvalInBrief(tx, tenant, row.approval_id) : undefined;
    if (!approval || approval.state === "open") return unchanged({ outcome: "waiting" as const });
    const act = row.state === "declared" ? "declare" : "retire";
    const { principal_id: principalId } = row;
    const { digest } = approvalSubject(tenant, approval.requester, approvedFields(row, act));
    const used =
      approval.state === "approved"
        ? await runWithin(consumeApproval, context, {
            requestId: approval.requestId,
            kind: "break-glass",
            subjectRef: principalRef(principalId),
            subjectDigest: digest.toString("hex"),
            approvers: input.approvers,
          })
        : null;
    const isApproved = used?.output.outcome === "executed";
    const state = isApproved
      ? ({ declare: "active", retire: "retired" } as const)[act]
      : ({ declare: "refused", retire: "active" } as const)[act];
    await tx.query(
      `UPDATE break_glass_principal SET state = $3,
         active_since = CASE WHEN $3 = 'active' THEN coalesce(active_since, clock_timestamp()) ELSE active_since END,
         retired_at = CASE WHEN $3 = 'retired' THEN clock_timestamp() END
       WHERE tenant_id = $1 AND principal_id = $2`,
      [tenant, principalId, state],
    );
    const why = used?.output.outcome === "refused" ? used.output.why : approval.state;
    const types = {
      active: "runtime.access.break-glass-in-force",
      retired: "runtime.access.break-glass-retired",
      refused: "runtime.access.break-glass-refused",
    } as const;
    const outcome = isApproved
      ? act === "declare"
        ? "active"
        : "retired"
      : act === "declare"
        ? "refused"
        : "kept";
    return audited(
      { outcome: outcome as "active" | "retired" | "refused" | "kept" },
      {
        type: isApproved ? types[act === "declare" ? "active" : "retired"] : types.refused,
        subject: principalRef(principalId),
        outcome: isApproved ? "succeeded" : "denied",
        causedBy: row.declare_event_id,
        payload: { act, approvalId: approval.requestId, ...(isApproved ? {} : { why }) },
      },
      ...(used?.events ?? []),
    );
  },
});

import "server-only";
import { z } from "zod";
import type { RetentionClass } from "#server/engines/retention/retention-classes.ts";
import {
  approvalInBrief,
  approvalSubject,
  ConsumeApprovalInput,
  consumeApproval,
} from "#server/features/approvals/index.ts";
import { handOverLogKey } from "#server/features/audit/index.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { runVouched, runWithin } from "#server/platform/run-within.ts";
import { audited, unchanged, type VerbContext, verb } from "#server/platform/verb.ts";
import {
  type ActPlan,
  type ActRow,
  actEvent,
  actRef,
  approvedFields,
  lockAct,
} from "../act-rows.ts";
import { lockHolds } from "../holds.ts";
import { ActOutcome, type ActState } from "../schema.ts";
import { saveRule } from "../writes/save-rule.ts";

/**
 * Lets an act follow its approval, with the approvers' roles as just read again: a shorter term and a lifted hold
 * count at once, an erasure becomes due; an approval that fell through refuses it.
 */
export const settleAct = verb({
  name: "retention.settleAct",
  scope: "runtime.retention.carry-out",
  input: z.object({ actId: z.uuid(), approvers: ConsumeApprovalInput.shape.approvers }),
  output: ActOutcome,
  async run(context) {
    const { tx, tenant, actor, input } = context;
    if (actor.kind !== "worker") throw new AppError("forbidden", "Only the worker does this.");
    const row = await lockAct(tx, tenant, input.actId);
    const approval =
      row.state === "awaiting_approval" && row.approval_id
        ? await approvalInBrief(tx, tenant, row.approval_id)
        : undefined;
    if (!approval || approval.state === "open") {
      return unchanged({ actId: row.act_id, state: row.state });
    }
    const { digest } = approvalSubject(tenant, approval.requester, approvedFields(row));
    const used =
      approval.state === "approved"
        ? await runWithin(consumeApproval, context, {
            requestId: approval.requestId,
            kind: "retention",
            subjectRef: actRef(row.act_id),
            subjectDigest: digest.toString("hex"),
            approvers: input.approvers,
          })
        : null;
    const isApproved = used?.output.outcome === "executed";
    const why = used?.output.outcome === "refused" ? used.output.why : approval.state;
    const told = isApproved ? await carryOut(context, row) : [];
    const state: ActState = !isApproved ? "refused" : row.kind === "erasure" ? "due" : "done";
    await tx.query(
      `UPDATE retention_act SET state = $3, due_at = clock_timestamp(), trouble = $4,
         finished_at = CASE WHEN $3 = 'due' THEN NULL ELSE clock_timestamp() END
       WHERE tenant_id = $1 AND act_id = $2`,
      [tenant, row.act_id, state, isApproved ? null : why],
    );
    const { before = null, days = null } = row.plan;
    const change: ActPlan =
      row.kind === "shortening" && isApproved ? { before: { days: before }, after: { days } } : {};
    const payload = { ...approvedFields(row), ...change, approvalId: approval.requestId };
    const event = actEvent(row, isApproved ? "approved" : "refused", {
      ...payload,
      ...(isApproved ? {} : { why }),
    });
    return audited(
      { actId: row.act_id, state },
      isApproved ? event : { ...event, outcome: "denied" },
      ...(used?.events ?? []),
      ...told,
    );
  },
});

/** What asks no keeper: a rule, a hold, a new key of the log. */
async function carryOut(
  context: VerbContext<unknown>,
  row: ActRow,
): Promise<readonly AuditEventDraft[]> {
  const { tx, tenant } = context;
  const { class: of, days, holdId } = row.plan;
  if (row.kind === "shortening") {
    const [{ requested_by: savedBy } = { requested_by: "" }] = await tx.query<{
      requested_by: string;
    }>("SELECT requested_by FROM retention_act WHERE tenant_id = $1 AND act_id = $2", [
      tenant,
      row.act_id,
    ]);
    await saveRule(tx, tenant, {
      class: of as RetentionClass,
      days: Number(days),
      reason: row.reason,
      savedBy,
      eventId: row.request_event_id,
    });
  }
  if (row.kind === "hold-lift") {
    await lockHolds(tx, tenant);
    await tx.query(
      `UPDATE legal_hold h SET lifted_at = clock_timestamp(), lift_reason = $3, lifted_by = a.requested_by
       FROM retention_act a WHERE h.tenant_id = $1 AND h.hold_id = $2 AND h.lifted_at IS NULL
         AND a.tenant_id = $1 AND a.act_id = $4`,
      [tenant, holdId, row.reason, row.act_id],
    );
  }
  if (row.kind !== "log-key") return [];
  const change = {
    overlapDays: Number(row.plan.overlapDays),
    isCompromised: row.plan.compromised === true,
  };
  const { events } = await runVouched(handOverLogKey, context, change);
  return events.map((event) => ({ ...event, causedBy: row.request_event_id }));
}

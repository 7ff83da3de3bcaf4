import "server-only";
import { requestApproval } from "#server/features/approvals/index.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { runWithin } from "#server/platform/run-within.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { approvedFields, lockPrincipal, principalRef } from "../principal-rows.ts";
import { PrincipalOutcome, RetireBreakGlassInput } from "../schema.ts";

/** Asks that a declaration end. It holds until a second sovereign-admin has approved: one alone can't disarm it. */
export const retireBreakGlass = verb({
  name: "breakGlass.retire",
  scope: "runtime.break-glass.declare",
  input: RetireBreakGlassInput,
  output: PrincipalOutcome,
  async run(context) {
    const { tx, tenant, actor, input } = context;
    if (actor.kind !== "user")
      throw new AppError("forbidden", "Only people retire this.", {
        said: { key: "people.retireBreakGlass" },
      });
    const row = await lockPrincipal(tx, tenant, input.principalId);
    if (row.state !== "active") {
      throw new AppError("conflict", `This declaration is ${row.state}.`, {
        said: { key: "breakGlass.notActive", args: { state: row.state } },
        remedy:
          row.state === "declared" ? "Withdraw its approval request instead." : "Nothing to do.",
      });
    }
    const { principal_id: principalId } = row;
    const asked = await runWithin(requestApproval, context, {
      kind: "break-glass",
      subjectRef: principalRef(principalId),
      subject: approvedFields(row, "retire"),
      reason: input.reason,
    });
    const approvalId = asked.output.requestId;
    await tx.query(
      `UPDATE break_glass_principal SET state = 'retiring', approval_id = $3 WHERE tenant_id = $1 AND principal_id = $2`,
      [tenant, principalId, approvalId],
    );
    return audited(
      { principalId, state: "retiring" as const, approvalId },
      {
        type: "runtime.access.break-glass-retirement-asked",
        subject: principalRef(principalId),
        causedBy: row.declare_event_id,
        payload: { reason: input.reason },
      },
      ...asked.events,
    );
  },
});

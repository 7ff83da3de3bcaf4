import "server-only";
import { closeApproval } from "#server/features/approvals/index.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { runVouched } from "#server/platform/run-within.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { lifecycleEvent, lockLifecycle } from "../lifecycle-rows.ts";
import { CancelLifecycleInput, LifecycleOutcome } from "../schema.ts";

/**
 * Cancels what has not begun: an act that waits for its approval, or an offboarding in its waiting period.
 * An onboarding that is stopped can be given up too: what it made is taken down by offboarding.
 */
export const cancelLifecycle = verb({
  name: "onboarding.cancel",
  scope: "runtime.tenants.offboard",
  input: CancelLifecycleInput,
  output: LifecycleOutcome,
  async run(context) {
    const { tx, tenant, input } = context;
    const row = await lockLifecycle(tx, tenant, input.lifecycleId);
    const isBegun =
      row.state === "carrying_out" || (row.state === "stopped" && row.act === "offboard");
    if (isBegun || row.state === "done" || row.state === "refused" || row.state === "canceled") {
      throw new AppError(
        "conflict",
        `It is ${row.state.replaceAll("_", " ")} and can't be canceled.`,
        {
          said: { key: isBegun ? "onboarding.begun" : "onboarding.over" },
          remedy: isBegun ? "Its steps are under way: wait, or have them tried again." : "Reload.",
        },
      );
    }
    const closed = row.approval_id
      ? await runVouched(closeApproval, context, {
          requestId: row.approval_id,
          reason: input.reason,
        })
      : null;
    await tx.query(
      `UPDATE tenant_lifecycle SET state = 'canceled', end_note = $3, finished_at = clock_timestamp()
       WHERE tenant_id = $1 AND lifecycle_id = $2`,
      [tenant, row.lifecycle_id, input.reason],
    );
    return audited(
      { lifecycleId: row.lifecycle_id, state: "canceled" as const, approvalId: row.approval_id },
      lifecycleEvent(row, "canceled", { before: row.state, reason: input.reason }),
      ...(closed?.events ?? []),
    );
  },
});

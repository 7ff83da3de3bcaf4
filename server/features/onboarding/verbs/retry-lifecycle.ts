import "server-only";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { lifecycleEvent, lockLifecycle } from "../lifecycle-rows.ts";
import { LifecycleOutcome, RetryLifecycleInput } from "../schema.ts";

/** Has the worker try a step again now, whether it gave up or waits for its next turn. */
export const retryLifecycle = verb({
  name: "onboarding.retry",
  scope: "runtime.tenants.onboard",
  input: RetryLifecycleInput,
  output: LifecycleOutcome,
  async run({ tx, tenant, input }) {
    const row = await lockLifecycle(tx, tenant, input.lifecycleId);
    if (row.state !== "stopped" && row.state !== "carrying_out") {
      throw new AppError(
        "conflict",
        `It is ${row.state.replaceAll("_", " ")}: there is nothing to try again.`,
        { said: { key: "onboarding.nothingToRetry" } },
      );
    }
    const output = {
      lifecycleId: row.lifecycle_id,
      state: "carrying_out" as const,
      approvalId: row.approval_id,
    };
    await tx.query(
      `UPDATE tenant_lifecycle SET state = 'carrying_out', due_at = clock_timestamp()
       WHERE tenant_id = $1 AND lifecycle_id = $2`,
      [tenant, row.lifecycle_id],
    );
    if (row.state === "carrying_out") return unchanged(output);
    await tx.query(
      `UPDATE tenant_lifecycle_step SET attempt = 0 WHERE tenant_id = $1 AND lifecycle_id = $2 AND state = 'failed'`,
      [tenant, row.lifecycle_id],
    );
    return audited(output, lifecycleEvent(row, "retried", {}));
  },
});

import "server-only";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { lifecycleEvent, lockLifecycle } from "../lifecycle-rows.ts";
import { BeginStepInput, StepBegun, type StepTask } from "../schema.ts";

/**
 * Takes an act's turn by a lease and a fence, and stores the intent of its next step before anything is
 * done (law 2). Null when it isn't due, another worker has it, or nothing is left.
 */
export const beginStep = verb({
  name: "onboarding.beginStep",
  scope: "runtime.tenants.carry-out",
  input: BeginStepInput,
  output: StepBegun,
  async run({ tx, tenant, actor, input }) {
    if (actor.kind !== "worker") throw new AppError("forbidden", "Only the worker does this.");
    const row = await lockLifecycle(tx, tenant, input.lifecycleId);
    const [turn] = await tx.query<{ fence: string }>(
      `UPDATE tenant_lifecycle SET state = 'carrying_out', lease_owner = $3,
         lease_until = clock_timestamp() + make_interval(secs => $4), fence = fence + 1
       WHERE tenant_id = $1 AND lifecycle_id = $2
         AND ((state = 'carrying_out' AND due_at <= clock_timestamp())
           OR (state = 'waiting' AND effective_at <= clock_timestamp()))
         AND (lease_until IS NULL OR lease_until <= clock_timestamp())
       RETURNING fence::text`,
      [tenant, row.lifecycle_id, input.owner, input.leaseSeconds],
    );
    if (!turn) return unchanged({ task: null });
    const [step] = await tx.query<{
      step_no: number;
      kind: StepTask["kind"];
      attempt: number;
      was: string;
    }>(
      `WITH next AS (
         SELECT step_no, state AS was FROM tenant_lifecycle_step
         WHERE tenant_id = $1 AND lifecycle_id = $2 AND state <> 'done' ORDER BY step_no LIMIT 1
       )
       UPDATE tenant_lifecycle_step s SET state = 'doing', attempt = attempt + 1,
         begun_at = coalesce(s.begun_at, clock_timestamp())
       FROM next WHERE s.tenant_id = $1 AND s.lifecycle_id = $2 AND s.step_no = next.step_no
       RETURNING s.step_no, s.kind, s.attempt, next.was`,
      [tenant, row.lifecycle_id],
    );
    if (!step) throw new Error(`${row.lifecycle_id} has no step left and is not done`);
    const task: StepTask = {
      lifecycleId: row.lifecycle_id,
      act: row.act,
      slug: row.slug,
      displayName: row.display_name,
      plan: row.plan,
      eventId: row.request_event_id,
      fence: turn.fence,
      stepNo: step.step_no,
      kind: step.kind,
      attempt: step.attempt,
    };
    // What is looked at again, or resumed, was told when it began.
    if (step.was !== "pending") return unchanged({ task });
    return audited({ task }, lifecycleEvent(row, "step-begun", { step: step.kind }));
  },
});

import "server-only";
import { MOST_ATTEMPTS, pauseSeconds } from "#server/engines/onboarding/steps.ts";
import { newTenantKey } from "#server/platform/audit/tenant-keys.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { type LifecycleRow, lifecycleEvent, lockLifecycle } from "../lifecycle-rows.ts";
import {
  type LifeState,
  OffboardPlan,
  RecordStepInput,
  StepRecorded,
  type StepTask,
} from "../schema.ts";

/** Whatever is waited for is looked at again after this: seconds. */
const LOOK_AGAIN_SECONDS = 2;

/**
 * Records how a step went. Steps that are of our own database alone (the tenant's row and key, opening and
 * closing it) happen here, in the same transaction. Throws `stale` when another worker took the turn.
 */
export const recordStep = verb({
  name: "onboarding.recordStep",
  scope: "runtime.tenants.carry-out",
  input: RecordStepInput,
  output: StepRecorded,
  async run({ tx, tenant, actor, input }) {
    if (actor.kind !== "worker") throw new AppError("forbidden", "Only the worker does this.");
    const row = await lockLifecycle(tx, tenant, input.lifecycleId);
    const [step] = await tx.query<{
      kind: StepTask["kind"];
      attempt: number;
      last: boolean;
      trouble: string | null;
      is_ours: boolean;
    }>(
      `SELECT s.kind, s.attempt, s.trouble, s.state = 'doing' AND l.fence = $4 AND l.state = 'carrying_out' AS is_ours,
         NOT EXISTS (SELECT 1 FROM tenant_lifecycle_step n WHERE n.tenant_id = $1 AND n.lifecycle_id = $2 AND n.step_no > $3) AS last
       FROM tenant_lifecycle_step s JOIN tenant_lifecycle l ON l.tenant_id = $1 AND l.lifecycle_id = $2
       WHERE s.tenant_id = $1 AND s.lifecycle_id = $2 AND s.step_no = $3`,
      [tenant, row.lifecycle_id, input.stepNo, input.fence],
    );
    if (!step?.is_ours) throw new AppError("stale", "Another worker carries this out.");
    if (input.outcome === "done") await ownEffect(tx, row, step.kind);
    const isGivenUp = input.outcome === "failed" && step.attempt >= MOST_ATTEMPTS;
    await tx.query(
      `UPDATE tenant_lifecycle_step SET state = $4, detail = $5, trouble = $6,
         attempt = CASE WHEN $4 = 'held' THEN 0 ELSE attempt END,
         finished_at = CASE WHEN $4 = 'done' THEN clock_timestamp() END
       WHERE tenant_id = $1 AND lifecycle_id = $2 AND step_no = $3`,
      [
        tenant,
        row.lifecycle_id,
        input.stepNo,
        input.outcome,
        JSON.stringify(input.detail),
        input.trouble,
      ],
    );
    const isOver = input.outcome === "done" && step.last;
    const state: LifeState = isOver ? "done" : isGivenUp ? "stopped" : "carrying_out";
    const pause =
      input.outcome === "failed"
        ? pauseSeconds(step.attempt)
        : input.outcome === "held"
          ? LOOK_AGAIN_SECONDS
          : 0;
    await tx.query(
      `UPDATE tenant_lifecycle SET state = $3, lease_owner = NULL, lease_until = NULL,
         due_at = clock_timestamp() + make_interval(secs => $4),
         finished_at = CASE WHEN $3 = 'done' THEN clock_timestamp() END,
         plan = CASE WHEN $3 = 'done' AND act = 'onboard' THEN plan #- '{admin,email}' ELSE plan END,
         export_manifest = coalesce($5, export_manifest), export_bytes = coalesce($6, export_bytes),
         export_until = CASE WHEN $6::bigint IS NULL THEN export_until
           ELSE clock_timestamp() + make_interval(days => $7) END
       WHERE tenant_id = $1 AND lifecycle_id = $2`,
      [
        tenant,
        row.lifecycle_id,
        state,
        pause,
        input.sealed?.manifest ?? null,
        input.sealed?.bytes ?? null,
        row.act === "offboard" ? OffboardPlan.parse(row.plan).keepExportDays : 0,
      ],
    );
    const output = { state, isOver };
    // Waiting is told once, and the same trouble once.
    if (input.outcome === "held") return unchanged(output);
    if (input.outcome === "failed" && !isGivenUp && step.trouble === input.trouble)
      return unchanged(output);
    const told = lifecycleEvent(row, input.outcome === "done" ? "step-done" : "step-failed", {
      step: step.kind,
      attempt: step.attempt,
      detail: input.detail,
      ...(input.trouble ? { trouble: input.trouble } : {}),
      ...(isGivenUp ? { isGivenUp } : {}),
    });
    const event = input.outcome === "failed" ? { ...told, outcome: "failed" as const } : told;
    if (!isOver) return audited(output, event);
    return audited(output, event, {
      type: row.act === "onboard" ? "runtime.tenants.onboarded" : "runtime.tenants.offboarded",
      subject: `tenant/${row.slug}`,
      causedBy: row.request_event_id,
      payload: { lifecycleId: row.lifecycle_id },
    });
  },
});

async function ownEffect(tx: TenantTx, row: LifecycleRow, kind: StepTask["kind"]): Promise<void> {
  const move = async (to: string) => {
    const [moved] = await tx.query<{ is_moved: boolean; now: string | null }>(
      "SELECT app.move_tenant($1, $2) AS is_moved, app.tenant_state($1) AS now",
      [row.slug, to],
    );
    if (!moved?.is_moved && moved?.now !== to) {
      throw new AppError(
        "conflict",
        `${row.slug} is ${moved?.now ?? "absent"}, and can't become ${to}.`,
      );
    }
  };
  if (kind === "tenant") {
    const { keyId, wrapped } = newTenantKey(row.slug);
    const labels = JSON.stringify(row.plan.labels ?? {});
    const [made] = await tx.query<{ is_new: boolean }>(
      "SELECT app.open_tenant($1, $2, 'onboarding', $3, $4, $5) AS is_new",
      [row.slug, row.display_name, labels, keyId, wrapped],
    );
    if (!made?.is_new) throw new AppError("conflict", `A tenant named ${row.slug} exists already.`);
  }
  if (kind === "open") await move("active");
  if (kind === "close") await move("offboarding");
  if (kind === "closed") await move("offboarded");
}

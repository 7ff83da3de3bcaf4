import "server-only";
import { raiseAlert } from "#server/features/alerts/index.ts";
import { approvalInBrief } from "#server/features/approvals/index.ts";
import { rolesNow } from "#server/features/identity/index.ts";
import type { StepTask } from "#server/features/onboarding/schema.ts";
import { beginStep } from "#server/features/onboarding/verbs/begin-step.ts";
import { dropExport } from "#server/features/onboarding/verbs/drop-export.ts";
import { recordStep } from "#server/features/onboarding/verbs/record-step.ts";
import { settleLifecycle } from "#server/features/onboarding/verbs/settle-lifecycle.ts";
import type { Caller } from "#server/platform/actor.ts";
import { forgetTenantKeys } from "#server/platform/audit/tenant-keys.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { logger } from "#server/platform/telemetry/logger.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { type DueKey, eachDue } from "../jobs/each-due.ts";
import { OFFBOARD_ACTS } from "./offboard-acts.ts";
import { ONBOARD_ACTS } from "./onboard-acts.ts";
import type { ActOutcome, LifecycleParts, StepActs } from "./step-acts.ts";

const BATCH = 10;
const SCOPES = [
  "runtime.tenants.carry-out",
  "runtime.approvals.consume",
  "runtime.alerts.raise",
] as const;
const ACTS: StepActs = { ...ONBOARD_ACTS, ...OFFBOARD_ACTS };

export interface LifecycleDependencies extends LifecycleParts {
  owner: string;
  leaseSeconds: number;
  failpoint?: string | undefined;
  /** The approvers' roles as they are now (law 10); default: their newest sessions. */
  rolesOf?: typeof rolesNow;
}

/**
 * Lets the acts by which tenants come and go follow their approvals, and carries them out step by step:
 * intent, act, record. A worker that dies is resumed by another from the stored intent. Gives how many.
 */
export function carryOutLifecycles(dependencies: LifecycleDependencies): Promise<number> {
  return eachDue<DueKey & { state: string }>("app.due_lifecycles($1)", [BATCH], async (due) => {
    const caller = workerCaller({
      tenantId: due.tenant_id,
      name: "tenant-lifecycles",
      scopes: SCOPES,
    });
    if (due.state === "awaiting_approval")
      return settle(caller, due.id, dependencies.rolesOf ?? rolesNow);
    if (due.state === "done") {
      await runVerb(dropExport, caller, { lifecycleId: due.id });
      return;
    }
    while (await carryOutStep(caller, due.id, dependencies));
  });
}

async function settle(
  caller: Caller,
  lifecycleId: string,
  rolesOf: typeof rolesNow,
): Promise<void> {
  const identities = await withTenant(caller.tenant, "worker", async (tx) => {
    const [row] = await tx.query<{ approval_id: string | null }>(
      "SELECT approval_id FROM tenant_lifecycle WHERE tenant_id = $1 AND lifecycle_id = $2",
      [caller.tenant, lifecycleId],
    );
    const approval = row?.approval_id
      ? await approvalInBrief(tx, caller.tenant, row.approval_id)
      : undefined;
    return approval?.approvers ?? [];
  });
  const approvers = await rolesOf(caller.tenant, identities, "throw");
  await runVerb(settleLifecycle, caller, { lifecycleId, approvers });
}

/** One step. Gives whether the next one may follow at once. */
async function carryOutStep(
  caller: Caller,
  lifecycleId: string,
  dependencies: LifecycleDependencies,
): Promise<boolean> {
  const { owner, leaseSeconds, failpoint } = dependencies;
  const { task } = await runVerb(beginStep, caller, { lifecycleId, owner, leaseSeconds });
  if (!task) return false;
  fail(`before:tenants.${task.kind}`, failpoint);
  const { outcome, detail, trouble, sealed } = await actOn(task, caller, dependencies);
  fail(`after:tenants.${task.kind}`, failpoint);
  const { state, isOver } = await runVerb(recordStep, caller, {
    lifecycleId,
    fence: task.fence,
    stepNo: task.stepNo,
    outcome,
    detail,
    trouble: trouble?.slice(0, 1_000) ?? null,
    ...(sealed ? { sealed } : {}),
  }).catch(async (error: unknown) => {
    // What our own database refuses of the step itself (a name that was taken) is the step's failure.
    if (outcome !== "done" || (error as { code?: string }).code !== "conflict") throw error;
    const record = { lifecycleId, fence: task.fence, stepNo: task.stepNo, detail: {} };
    return runVerb(recordStep, caller, { ...record, outcome: "failed", trouble: wordsOf(error) });
  });
  // Whoever looked for its keys before it had any looks again.
  if (task.kind === "tenant") forgetTenantKeys(task.slug);
  if (state === "stopped") {
    await runVerb(raiseAlert, caller, {
      kind: "tenant-lifecycle-stopped",
      severity: "critical",
      subjectRef: `tenant-lifecycle/${lifecycleId}`,
      detail: `${task.act} ${task.slug}: ${task.kind}`,
    });
  }
  return outcome === "done" && state === "carrying_out" && !isOver;
}

async function actOn(
  task: StepTask,
  sovereign: Caller,
  parts: LifecycleParts,
): Promise<Omit<ActOutcome, "outcome"> & { outcome: ActOutcome["outcome"] | "failed" }> {
  try {
    return await ACTS[task.kind]({ task, parts, sovereign });
  } catch (err) {
    logger.warn({ err, step: task.kind, lifecycle: task.lifecycleId }, "a tenant's step failed");
    return { outcome: "failed", detail: {}, trouble: wordsOf(err) };
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : "It failed for a reason that has no words.";
}

function fail(here: string, failpoint: string | undefined): void {
  if (failpoint === here) process.kill(process.pid, "SIGKILL");
}

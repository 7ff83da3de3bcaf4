import "server-only";
import { raiseAlert } from "#server/features/alerts/index.ts";
import { approvalInBrief } from "#server/features/approvals/index.ts";
import { endPacks } from "#server/features/evidence/verbs/end-packs.ts";
import { rolesNow } from "#server/features/identity/index.ts";
import { beginAct } from "#server/features/retention/verbs/begin-act.ts";
import { finishAct } from "#server/features/retention/verbs/finish-act.ts";
import { lookAfterKeys } from "#server/features/retention/verbs/look-after-keys.ts";
import { noteTrouble } from "#server/features/retention/verbs/note-trouble.ts";
import { recordDestruction } from "#server/features/retention/verbs/record-destruction.ts";
import { settleAct } from "#server/features/retention/verbs/settle-act.ts";
import { OpenBaoError } from "#server/integrations/openbao/openbao-error.ts";
import type { Caller } from "#server/platform/actor.ts";
import { newWrapKey } from "#server/platform/audit/data-keys.ts";
import { type KeyKeeper, keeperOf } from "#server/platform/audit/key-keeper.ts";
import type { KeeperKind } from "#server/platform/audit/key-keeper-kinds.ts";
import { expireTenantKeys, forgetTenantKeys } from "#server/platform/audit/tenant-keys.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { eachDue } from "../jobs/each-due.ts";
import { backUpKeys } from "./back-up-keys.ts";

const BATCH = 20;
/** How often each tenant's keys and terms are looked at. */
const LOOK_SECONDS = 3_600;
const SCOPES = [
  "runtime.retention.carry-out",
  "runtime.approvals.consume",
  "runtime.alerts.raise",
] as const;

export interface RetentionDependencies {
  /** What keeps root keys of tenants that have none yet. */
  keeper: KeeperKind;
  /** Where wrapped keys are backed up. */
  backups: string;
  leaseSeconds: number;
  lookSeconds?: number;
  /** The approvers' roles as they are now (law 10); default: their newest sessions. */
  rolesOf?: typeof rolesNow;
}

/**
 * Gives tenants their keys, lets acts follow their approvals, and carries them out: a new root key, everything that
 * stays wrapped by it, the old one destroyed. A worker that dies is resumed by another from the stored intent.
 */
export function tendRetention(dependencies: RetentionDependencies): Promise<number> {
  const { lookSeconds = LOOK_SECONDS } = dependencies;
  return eachDue<{ tenant_id: string; id: string | null; state: string }>(
    "app.due_retention($1, $2)",
    [BATCH, lookSeconds],
    async (due) => {
      const caller = workerCaller({ tenantId: due.tenant_id, name: "retention", scopes: SCOPES });
      if (due.id === null) await look(caller, dependencies);
      else if (due.state === "awaiting_approval") await settle(caller, due.id, dependencies);
      else
        await carryOut(caller, due.id, dependencies).catch((error) => tell(caller, due.id, error));
    },
  );
}

async function look(caller: Caller, { keeper, backups }: RetentionDependencies): Promise<void> {
  const { tenant } = caller;
  const [key] = await withTenant(tenant, "worker", (tx) =>
    tx.query("SELECT 1 FROM audit_wrap_key WHERE tenant_id = $1 AND wrapped IS NOT NULL", [tenant]),
  );
  const offered = key ? null : await offer(tenant, keeper);
  try {
    const { made, isOverdue } = await runVerb(lookAfterKeys, caller, { offered });
    if (made > 0) await backUpKeys(tenant, backups);
    if (isOverdue) {
      await runVerb(raiseAlert, caller, {
        kind: "retention-overdue",
        severity: "warning",
        subjectRef: `tenant/${tenant}`,
        detail:
          "Content of the audit log is older than its term, and its keys are not destroyed yet. See on the Retention page what stands in the way.",
      });
    }
  } finally {
    if (!key) expireTenantKeys(tenant);
  }
}

async function offer(tenant: string, keeper: KeeperKind) {
  const rootVersion = await keeperOf(keeper).current(tenant);
  return { keeper, rootVersion, wrapped: await newWrapKey(tenant, keeper, rootVersion) };
}

async function settle(
  caller: Caller,
  actId: string,
  { rolesOf = rolesNow }: RetentionDependencies,
): Promise<void> {
  const { tenant } = caller;
  const identities = await withTenant(tenant, "worker", async (tx) => {
    const [row] = await tx.query<{ approval_id: string }>(
      "SELECT approval_id FROM retention_act WHERE tenant_id = $1 AND act_id = $2",
      [tenant, actId],
    );
    return row ? ((await approvalInBrief(tx, tenant, row.approval_id))?.approvers ?? []) : [];
  });
  const approvers = await rolesOf(tenant, identities, "throw");
  await runVerb(settleAct, caller, { actId, approvers });
}

/** Notes what stood in the way, and says so to people where it keeps doing so. The act is tried again. */
async function tell(caller: Caller, actId: string | null, error: unknown): Promise<void> {
  if (actId === null) throw error;
  const isForPeople = error instanceof AppError || error instanceof OpenBaoError;
  const trouble = isForPeople ? error.message : "it could not be carried out; see the worker's log";
  const said = { actId, trouble: trouble.slice(0, 1_000) || "it could not be carried out" };
  const { isNew, kind } = await runVerb(noteTrouble, caller, said);
  if (isNew) {
    await runVerb(raiseAlert, caller, {
      kind: "retention-failing",
      severity: "critical",
      subjectRef: `retention-act/${actId}`,
      detail: `An act of retention (${kind}) keeps failing: ${trouble}`.slice(0, 1_000),
    });
  }
  throw error;
}

async function carryOut(
  caller: Caller,
  actId: string,
  { leaseSeconds, backups }: RetentionDependencies,
): Promise<void> {
  const { tenant } = caller;
  // What this process knows of the keys must be what is in force when they are wrapped anew.
  forgetTenantKeys(tenant);
  const { task } = await runVerb(beginAct, caller, { actId, leaseSeconds });
  if (!task) return;
  const turn = { actId, fence: task.fence };
  const keeper = keeperOf(task.keeper);
  try {
    if (task.state === "acting") {
      const rootVersion = await nextRoot(keeper, tenant, task);
      const made =
        rootVersion === null
          ? null
          : { rootVersion, wrapped: await newWrapKey(tenant, task.keeper, rootVersion) };
      const { outcome } = await runVerb(recordDestruction, caller, { ...turn, made });
      if (outcome !== "destroyed") return;
    }
  } finally {
    forgetTenantKeys(tenant);
  }
  const [key] = await withTenant(tenant, "worker", (tx) =>
    tx.query<{ root_version: number }>(
      "SELECT root_version FROM audit_wrap_key WHERE tenant_id = $1 AND wrapped IS NOT NULL",
      [tenant],
    ),
  );
  // The backup first: what the keeper destroys can't be had back.
  await backUpKeys(tenant, backups);
  if (key) await keeper.destroyBelow(tenant, key.root_version);
  // Evidence packs hold payloads in clear behind a key of their own: those made before end with what is gone.
  if (task.kind === "erasure" || task.kind === "expiry") {
    const evidence = workerCaller({
      tenantId: tenant,
      name: "evidence",
      scopes: ["runtime.evidence.make"],
    });
    await runVerb(endPacks, evidence, { from: "0", to: String(2n ** 63n - 1n) });
  }
  while (!(await runVerb(finishAct, caller, turn)).isDone);
}

/** Null when the keeper would not take what was imported: trying again would change nothing. */
async function nextRoot(
  keeper: KeyKeeper,
  tenant: string,
  task: { rootBefore: number; importWrapped: string | null },
): Promise<number | null> {
  if (!task.importWrapped) return keeper.rotate(tenant, task.rootBefore);
  try {
    return await keeper.importVersion(tenant, task.rootBefore, task.importWrapped);
  } catch (error) {
    const isRefused =
      (error instanceof AppError && error.code === "invalid") ||
      (error instanceof OpenBaoError && error.failure === "invalid");
    if (isRefused) return null;
    throw error;
  }
}

import "server-only";
import { ENVIRONMENTS } from "#server/engines/deployments/environment-policy.ts";
import { isFrozen } from "#server/engines/deployments/execution-facts.ts";
import { isOpen, nextOpening } from "#server/engines/rotation/change-window.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { environmentRows } from "./environment-rows.ts";
import type { EnvironmentPolicySpec, EnvironmentView } from "./environment-schema.ts";

/** Every environment with the policy in force, also those that have none yet. */
export async function environments(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
): Promise<EnvironmentView[]> {
  const rows = await environmentRows(tx, tenant);
  const now = await tx.startedAt();
  const services = await countBy(tx, "runtime_deployment", tenant);
  const waiting = await countBy(tx, "deployment_request", tenant);
  return ENVIRONMENTS.map((environment) => {
    const row = rows.find((each) => each.environment === environment);
    const windows = row?.spec.windows ?? [];
    const frozen = isFrozen(
      { frozenFrom: row?.frozen_from ?? null, frozenUntil: row?.frozen_until ?? null },
      now,
    );
    return {
      environment,
      policy: row?.spec ?? null,
      version: row?.version ?? 0,
      isFrozen: frozen,
      frozenUntil: frozen ? (row?.frozen_until ?? null) : null,
      freezeReason: frozen ? (row?.freeze_reason ?? "") : "",
      isInWindow: isOpen(windows, now),
      nextWindowAt: nextOpening(windows, now)?.opensAt ?? null,
      services: services.get(environment) ?? 0,
      waiting: waiting.get(environment) ?? 0,
    };
  });
}

async function countBy(
  tx: TenantTx,
  table: "runtime_deployment" | "deployment_request",
  tenant: AuthorizedTenantId,
): Promise<Map<string, number>> {
  const only =
    table === "deployment_request"
      ? "AND state IN ('requested', 'checking', 'awaiting_approval', 'approved', 'executing') AND expires_at > clock_timestamp()"
      : "";
  const rows = await tx.query<{ environment: string; count: number }>(
    `SELECT environment, count(*)::int AS count FROM ${table} WHERE tenant_id = $1 ${only} GROUP BY environment`,
    [tenant],
  );
  return new Map(rows.map(({ environment, count }) => [environment, count]));
}

/** Every version of an environment's policy, newest first. */
export function environmentVersions(tx: TenantTx, tenant: AuthorizedTenantId, environment: string) {
  return tx.query<{
    version: number;
    policy: EnvironmentPolicySpec;
    reason: string;
    savedBy: string;
    savedAt: Date;
  }>(
    `SELECT version, spec AS policy, reason, saved_by_name AS "savedBy", saved_at AS "savedAt"
     FROM environment_policy_version WHERE tenant_id = $1 AND environment = $2 ORDER BY version DESC LIMIT 100`,
    [tenant, environment],
  );
}

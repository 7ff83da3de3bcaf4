import "server-only";
import type { RemediationState } from "#server/engines/remediation/state-machine.ts";
import type { Actor } from "#server/platform/actor.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { lockRemediation, type RemediationRow } from "./remediation-rows.ts";

/**
 * The remediation that the calling worker holds, locked: in one of these states, with its fence and its lease.
 * Throws `stale` when another has taken over.
 */
export async function heldRemediation(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  actor: Actor,
  { remediationId, fence }: { remediationId: string; fence: number },
  ...states: RemediationState[]
): Promise<RemediationRow> {
  if (actor.kind !== "worker") throw new AppError("forbidden", "Only the worker does this.");
  const row = await lockRemediation(tx, tenant, remediationId);
  if (row.fence !== String(fence) || !states.includes(row.state)) {
    throw new AppError("stale", "Another worker has taken this remediation over.");
  }
  return row;
}

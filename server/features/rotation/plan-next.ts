import "server-only";
import { type PlannedRotation, planRotation } from "#server/engines/rotation/plan-rotation.ts";
import type { SecretRule } from "#server/engines/secret-policy/default-rule.ts";
import { windowsInForce } from "#server/features/change-windows/index.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

/** When a credential's next rotation starts by itself, by the windows in force now; null when none does. */
export async function planNext(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  credential: { bindingId: string; environment: string; rule: SecretRule; rotatedAt: Date | null },
): Promise<PlannedRotation | null> {
  const { bindingId, environment, rule, rotatedAt } = credential;
  if (!rotatedAt) return null;
  const windows = (await windowsInForce(tx, tenant)).of(environment);
  return planRotation({ rule, rotatedAt, windows, seed: bindingId, now: await tx.startedAt() });
}

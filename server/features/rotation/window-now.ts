import "server-only";
import { isOpen, nextOpening } from "#server/engines/rotation/change-window.ts";
import { windowsInForce } from "#server/features/change-windows/index.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

/** Whether an environment may change now, and when its next window opens (null: it has none). */
export async function windowNow(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  environment: string,
): Promise<{ isOpen: boolean; opensAt: Date | null }> {
  const windows = (await windowsInForce(tx, tenant)).of(environment);
  const now = await tx.startedAt();
  return { isOpen: isOpen(windows, now), opensAt: nextOpening(windows, now)?.opensAt ?? null };
}

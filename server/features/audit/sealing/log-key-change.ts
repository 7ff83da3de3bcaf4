import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { logKeyRows } from "./log-keys.ts";

/** From here on no head of the tenant is signed until the transaction has ended. */
export async function holdSequencer(tx: TenantTx, tenant: AuthorizedTenantId): Promise<void> {
  await tx.query("SELECT pg_advisory_xact_lock(hashtextextended('audit-sequencer|' || $1, 0))", [
    tenant,
  ]);
}

/** Throws `conflict` while another change of the log's key is under way. A compromised key waits for no overlap. */
export async function refuseSecondChange(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { isCompromised }: { isCompromised: boolean },
): Promise<void> {
  const rows = await logKeyRows(tx, tenant);
  const announced = rows.some((row) => row.state === "announced");
  const retiring = rows.find((row) => row.state === "retiring");
  if (!announced && (!retiring || isCompromised)) return;
  const args = { until: retiring?.overlap_ends_at?.toISOString() ?? "" };
  throw new AppError("conflict", "The log is changing its key already.", {
    said: retiring ? { key: "logKey.overlapping", args } : { key: "logKey.underWay" },
    remedy: retiring
      ? `Wait until the overlap ends (${args.until}), or say that the key is compromised.`
      : "Wait a few seconds until the new key signs, and look again.",
  });
}

import "server-only";
import { targetsHere } from "#server/features/rotation-targets/index.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { BindingRow } from "../rotation-rows.ts";
import { refuseStrangePlaces } from "./refuse-strange-places.ts";

type Bound = Pick<BindingRow, "binding_id" | "store" | "path" | "environment" | "rotator">;

/** Why a reference may not be acted on any more; null when what vouched for it still does. */
async function strangeness(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  binding: Bound,
): Promise<AppError | null> {
  const [row] = await tx.query<{ vouched_by: string }>(
    "SELECT vouched_by FROM secret_binding WHERE tenant_id = $1 AND binding_id = $2",
    [tenant, binding.binding_id],
  );
  if (row?.vouched_by !== "target") return null;
  try {
    refuseStrangePlaces(tenant, binding, await targetsHere(tx));
    return null;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

/** Whether nothing new may begin where a reference says, because its rotation target was retired. */
export async function isTargetRetired(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  binding: Bound,
): Promise<boolean> {
  return (await strangeness(tx, tenant, binding)) !== null;
}

/**
 * Throws `conflict` when a reference rests on a rotation target that was retired or is no longer for
 * this organization or environment: nothing new begins there (ADR 0009).
 */
export async function refuseRetiredTarget(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  binding: Bound,
): Promise<void> {
  const cause = await strangeness(tx, tenant, binding);
  if (!cause) return;
  throw new AppError(
    "conflict",
    "The rotation target that this credential is bound to is no longer registered for it.",
    {
      said: { key: "bindings.targetRetired" },
      remedy: "Ask a sovereign-admin to register it again, or bind the secret elsewhere.",
    },
    { cause },
  );
}

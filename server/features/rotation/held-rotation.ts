import "server-only";
import type { Actor } from "#server/platform/actor.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { lockRotation, type RotationRow } from "./rotation-rows.ts";

/**
 * The rotation, for the worker that holds its newest fence. Throws `stale` for any other: it lost
 * its lease, and whatever it did meanwhile is for the new holder to find out.
 */
export async function heldRotation(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  actor: Actor,
  { rotationId, fence }: { rotationId: string; fence: bigint },
): Promise<RotationRow> {
  requireWorker(actor);
  const rotation = await lockRotation(tx, tenant, rotationId);
  if (!rotation) throw notFound("rotation");
  if (BigInt(rotation.fence) !== fence || !rotation.has_lease) {
    throw new AppError("stale", "Another worker holds this rotation.");
  }
  return rotation;
}

/** Outside acts are the worker's alone (law 13). */
export function requireWorker(actor: Actor): void {
  if (actor.kind !== "worker") {
    throw new AppError("forbidden", "Only the rotation worker does this.");
  }
}

import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

export interface StoredLog {
  leaves: { index: bigint; eventId: string; leafHash: Uint8Array; envelope: string }[];
  pending: string[];
  notes: string[];
  tiles: { level: number; index: bigint; width: number; hashes: Uint8Array }[];
}

/** Everything the database holds of a tenant's log, oldest first. */
export function storedLog(tenant: AuthorizedTenantId): Promise<StoredLog> {
  return withTenant(tenant, "worker", async (tx) => {
    const leaves = await tx.query<{
      leaf_index: string;
      event_id: string;
      leaf_hash: Buffer;
      envelope: string;
    }>(
      `SELECT l.leaf_index, l.event_id, l.leaf_hash, e.envelope FROM audit_leaf l
       JOIN audit_event e ON e.tenant_id = l.tenant_id AND e.event_id = l.event_id
       WHERE l.tenant_id = $1 ORDER BY l.leaf_index`,
      [tenant],
    );
    const pending = await tx.query<{ event_id: string }>(
      "SELECT event_id FROM audit_pending WHERE tenant_id = $1",
      [tenant],
    );
    const heads = await tx.query<{ note: string }>(
      "SELECT note FROM audit_checkpoint WHERE tenant_id = $1 ORDER BY tree_size",
      [tenant],
    );
    const tiles = await tx.query<{
      level: number;
      tile_index: string;
      width: number;
      hashes: Buffer;
    }>("SELECT * FROM audit_tile WHERE tenant_id = $1 ORDER BY level, tile_index", [tenant]);
    return {
      leaves: leaves.map((row) => ({
        index: BigInt(row.leaf_index),
        eventId: row.event_id,
        leafHash: new Uint8Array(row.leaf_hash),
        envelope: row.envelope,
      })),
      pending: pending.map((row) => row.event_id),
      notes: heads.map((row) => row.note),
      tiles: tiles.map((row) => ({
        level: row.level,
        index: BigInt(row.tile_index),
        width: row.width,
        hashes: new Uint8Array(row.hashes),
      })),
    };
  });
}

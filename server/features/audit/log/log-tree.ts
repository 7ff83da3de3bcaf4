import "server-only";
import type { TileReader } from "#server/engines/merkle/subtree.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

/** The newest signed head of a tenant's log, as stored (not yet believed). */
export interface StoredCheckpoint {
  treeSize: bigint;
  rootHash: Uint8Array;
  note: string;
  signedAt: Date;
}

export async function latestCheckpoint(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
): Promise<StoredCheckpoint | undefined> {
  const [row] = await tx.query<{
    tree_size: string;
    root_hash: Buffer;
    note: string;
    signed_at: Date;
  }>(
    `SELECT tree_size, root_hash, note, signed_at FROM audit_checkpoint
     WHERE tenant_id = $1 ORDER BY tree_size DESC LIMIT 1`,
    [tenant],
  );
  if (!row) return undefined;
  return {
    treeSize: BigInt(row.tree_size),
    rootHash: new Uint8Array(row.root_hash),
    note: row.note,
    signedAt: row.signed_at,
  };
}

/** Fetches tiles at once and reads them from memory, so that the engine stays pure. */
export async function tileReader(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  tiles: readonly { level: number; index: bigint }[],
): Promise<TileReader> {
  const found = new Map<string, Uint8Array>();
  if (tiles.length > 0) {
    const rows = await tx.query<{ level: number; tile_index: string; hashes: Buffer }>(
      `SELECT t.level, t.tile_index, t.hashes
       FROM unnest($2::integer[], $3::bigint[]) AS wanted (level, tile_index)
       JOIN audit_tile t ON t.tenant_id = $1 AND t.level = wanted.level AND t.tile_index = wanted.tile_index`,
      [tenant, tiles.map(({ level }) => level), tiles.map(({ index }) => index.toString())],
    );
    for (const row of rows) {
      found.set(`${row.level}/${row.tile_index}`, new Uint8Array(row.hashes));
    }
  }
  return (level, index) => found.get(`${level}/${index}`);
}

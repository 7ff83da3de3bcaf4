import "server-only";
import { formatEntryBundle } from "#server/engines/merkle/entry-bundle.ts";
import { HASH_BYTES } from "#server/engines/merkle/hashing.ts";
import { TILE_WIDTH, type TileAddress } from "#server/engines/merkle/tile-path.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

/**
 * The bytes of a tile or entry bundle at exactly the width asked for; undefined when the tree has
 * not come so far. A narrower version of a tile that has grown since stays readable.
 */
export async function logTile(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  address: TileAddress,
): Promise<Uint8Array | undefined> {
  // Beyond bigint there is no tile: Postgres would refuse the number.
  if (address.index > (2n ** 63n - 1n) / BigInt(TILE_WIDTH) - 1n) return undefined;
  const { level } = address;
  return level === "entries"
    ? entryBundle(tx, tenant, address)
    : hashTile(tx, tenant, level, address);
}

async function hashTile(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  level: number,
  { index, width }: TileAddress,
): Promise<Uint8Array | undefined> {
  const [tile] = await tx.query<{ hashes: Buffer }>(
    `SELECT substr(hashes, 1, $4 * ${HASH_BYTES}) AS hashes FROM audit_tile
     WHERE tenant_id = $1 AND level = $2 AND tile_index = $3 AND width >= $4::integer`,
    [tenant, level, index.toString(), width],
  );
  return tile && new Uint8Array(tile.hashes);
}

async function entryBundle(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { index, width }: TileAddress,
): Promise<Uint8Array | undefined> {
  const first = index * BigInt(TILE_WIDTH);
  const rows = await tx.query<{ envelope: string }>(
    `SELECT e.envelope FROM audit_leaf l
     JOIN audit_event e ON e.tenant_id = $1 AND e.event_id = l.event_id
     WHERE l.tenant_id = $1 AND l.leaf_index >= $2::bigint AND l.leaf_index < $2::bigint + $3
     ORDER BY l.leaf_index`,
    [tenant, first.toString(), width],
  );
  if (rows.length !== width) return undefined;
  return formatEntryBundle(rows.map(({ envelope }) => new TextEncoder().encode(envelope)));
}

import "server-only";
import type { StoredLogFiles } from "#server/engines/merkle/find-log-faults.ts";
import { HASH_BYTES } from "#server/engines/merkle/hashing.ts";
import { TILE_WIDTH } from "#server/engines/merkle/tile-path.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";

/** Reads rows; a superuser's connection will do as well. */
export type RowReader = Pick<TenantTx, "query">;

/** A tenant's log as the tables hold it, in one state of the rows. */
export function storedLogFiles(rows: RowReader, tenant: string): StoredLogFiles {
  // Heads next to each other end in the same tiles.
  const latest = new Map<number, { index: bigint; hashes: Buffer }>();
  return {
    async tile(level, index, width) {
      if (latest.get(level)?.index !== index) {
        const [tile] = await rows.query<{ hashes: Buffer }>(
          "SELECT hashes FROM audit_tile WHERE tenant_id = $1 AND level = $2 AND tile_index = $3",
          [tenant, level, index.toString()],
        );
        latest.set(level, { index, hashes: tile?.hashes ?? Buffer.alloc(0) });
      }
      const hashes = latest.get(level)?.hashes ?? Buffer.alloc(0);
      return hashes.length >= width * HASH_BYTES
        ? new Uint8Array(hashes.subarray(0, width * HASH_BYTES))
        : undefined;
    },
    async entries(index, width) {
      const first = index * BigInt(TILE_WIDTH);
      const found = await rows.query<{ at: number; envelope: string }>(
        `SELECT (l.leaf_index - $2::bigint)::integer AS at, e.envelope FROM audit_leaf l
         JOIN audit_event e ON e.tenant_id = l.tenant_id AND e.event_id = l.event_id
         WHERE l.tenant_id = $1 AND l.leaf_index >= $2::bigint AND l.leaf_index < $2::bigint + $3`,
        [tenant, first.toString(), width],
      );
      const entries: (Uint8Array | undefined)[] = Array.from({ length: width });
      for (const { at, envelope } of found) entries[at] = new TextEncoder().encode(envelope);
      return entries;
    },
  };
}

import "server-only";
import { MERGED_AT_ONCE, sizeOf, TOP_LEVEL } from "#server/engines/search-index/segment-layout.ts";
import { wrapVersion } from "#server/platform/audit/data-keys.ts";
import { forgetTenantKeys } from "#server/platform/audit/tenant-keys.ts";
import { type TenantTx, withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { indexNewLeaves } from "./index-new-leaves.ts";
import { mergeSegments } from "./merge-segments.ts";
import { spreadAnew } from "./spread-anew.ts";

/** Retired segments are kept this long for searches that began with them. */
const KEPT_SECONDS = 60;

/**
 * One pass over a tenant: covers the next leaves, and merges what became full. Gives the number of
 * leaves newly covered; undefined when another indexer holds the tenant.
 */
export async function indexTenant(tenant: AuthorizedTenantId): Promise<number | undefined> {
  const pass = await withTenant(tenant, "worker", async (tx) => {
    if (!(await isOnlyIndexer(tx, tenant))) return undefined;
    const head = await readHead(tx, tenant);
    const from = head.indexedTo;
    if (from >= head.treeSize) return { from, indexedTo: from, level: 0 };
    return { from, ...(await indexNewLeaves(tx, tenant, head)) };
  });
  if (!pass) return undefined;
  if (pass.indexedTo > pass.from) await mergeFull(tenant, pass);
  return pass.indexedTo - pass.from;
}

/** Each level in a transaction of its own: what is interrupted is made at the next full segment. */
async function mergeFull(
  tenant: AuthorizedTenantId,
  { indexedTo, level: made }: { indexedTo: number; level: number },
): Promise<void> {
  for (let level = made + 1; level <= TOP_LEVEL && indexedTo % sizeOf(level) === 0; level++) {
    const number = indexedTo / sizeOf(level) - 1;
    const isMerged = await withTenant(tenant, "worker", async (tx) => {
      if (!(await isOnlyIndexer(tx, tenant))) return false;
      return mergeSegments(tx, tenant, { level, number });
    });
    if (!isMerged) return;
  }
}

/**
 * Merges what an interrupted pass left, spreads a segment of an older layout anew, and drops what has been retired
 * long enough and windows of searches that are over. Gives how many segments were made or dropped.
 */
export function tidyIndex(tenant: AuthorizedTenantId): Promise<number> {
  return withTenant(tenant, "worker", async (tx) => {
    if (!(await isOnlyIndexer(tx, tenant))) return 0;
    const full = await tx.query<{ level: number; number: number }>(
      `SELECT level + 1 AS level, segment / $2 AS number FROM audit_segment
       WHERE tenant_id = $1 AND retired_at IS NULL AND level < $3
       GROUP BY level, segment / $2 HAVING count(*) = $2 ORDER BY level LIMIT 4`,
      [tenant, MERGED_AT_ONCE, TOP_LEVEL],
    );
    let made = 0;
    for (const segment of full) if (await mergeSegments(tx, tenant, segment)) made += 1;
    if (await spreadAnew(tx, tenant)) made += 1;
    const dropped = await tx.query(
      `DELETE FROM audit_segment WHERE tenant_id = $1
         AND retired_at < clock_timestamp() - make_interval(secs => $2) RETURNING 1`,
      [tenant, KEPT_SECONDS],
    );
    await tx.query(
      "DELETE FROM audit_search_window WHERE tenant_id = $1 AND window_ends_at < clock_timestamp()",
      [tenant],
    );
    return made + dropped.length;
  });
}

async function isOnlyIndexer(tx: TenantTx, tenant: AuthorizedTenantId): Promise<boolean> {
  const [row] = await tx.query<{ locked: boolean }>(
    "SELECT pg_try_advisory_xact_lock(hashtextextended('audit-indexer|' || $1, 0)) AS locked",
    [tenant],
  );
  return row?.locked === true && (await hasKeyInForce(tx, tenant));
}

/**
 * Whoever wraps a segment's key does it with the tenant's key in force: another would be lost (ADR 39). One that was
 * replaced is read again, and the next pass goes on.
 */
async function hasKeyInForce(tx: TenantTx, tenant: AuthorizedTenantId): Promise<boolean> {
  const [key] = await tx.query<{ version: number }>(
    "SELECT version FROM audit_wrap_key WHERE tenant_id = $1 AND wrapped IS NOT NULL",
    [tenant],
  );
  if ((key?.version ?? 0) === wrapVersion(tenant)) return true;
  forgetTenantKeys(tenant);
  return false;
}

export async function readHead(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
): Promise<{ indexedTo: number; treeSize: number }> {
  const [row] = await tx.query<{ indexed_to: string; tree_size: string }>(
    `SELECT coalesce((SELECT indexed_to FROM audit_index_head WHERE tenant_id = $1), 0) AS indexed_to,
       coalesce((SELECT tree_size FROM audit_checkpoint WHERE tenant_id = $1 ORDER BY tree_size DESC LIMIT 1), 0) AS tree_size`,
    [tenant],
  );
  return { indexedTo: Number(row?.indexed_to ?? 0), treeSize: Number(row?.tree_size ?? 0) };
}

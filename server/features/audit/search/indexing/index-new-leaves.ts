import "server-only";
import { buildPages } from "#server/engines/search-index/build-pages.ts";
import { CODED_COLUMNS, codesOf } from "#server/engines/search-index/column-codes.ts";
import { encodeTimes, GRANULE_SIZE, spansOf } from "#server/engines/search-index/granules.ts";
import { sizeOf } from "#server/engines/search-index/segment-layout.ts";
import { newSegmentCipher } from "#server/platform/audit/index-cipher.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { EVENT_COLUMNS, type EventRow } from "../../event-row.ts";
import { queryEventOf } from "../query-event-of.ts";
import { nameOf } from "../segment-rows.ts";
import { storePages, storeSegment } from "./store-segment.ts";

/**
 * Covers the next leaves: fills up the growing lowest segment, which replaces its narrower version; where
 * a whole segment of the next level waits, that one at once. Gives the leaf up to which the log is indexed
 * then, and the segment's level. Call it under the indexer's lock.
 */
export async function indexNewLeaves(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { indexedTo, treeSize }: { indexedTo: number; treeSize: number },
): Promise<{ indexedTo: number; level: number }> {
  const isBehind = indexedTo % sizeOf(1) === 0 && treeSize - indexedTo >= sizeOf(1);
  const level = isBehind ? 1 : 0;
  const number = Math.floor(indexedTo / sizeOf(level));
  const first = number * sizeOf(level);
  const end = Math.min(treeSize, first + sizeOf(level));
  const rows = await tx.query<EventRow>(
    `SELECT ${EVENT_COLUMNS}
     FROM audit_leaf l JOIN audit_event e ON e.tenant_id = $1 AND e.event_id = l.event_id
     LEFT JOIN audit_payload p ON p.tenant_id = $1 AND p.event_id = l.event_id
     WHERE l.tenant_id = $1 AND l.leaf_index >= $2 AND l.leaf_index < $3 ORDER BY l.leaf_index`,
    [tenant, first, end],
  );
  if (rows.length !== end - first) {
    throw new Error(`leaves ${first} to ${end} of ${tenant} are not all there`);
  }
  const events = rows.map((row) => queryEventOf(tenant, row));
  const times = events.map((event) => event.recordedAt.getTime());
  const named = { level, number, width: events.length };
  const { cipher, wrappedKey } = newSegmentCipher(tenant, nameOf(named));
  const segment = { ...named, wrappedKey };
  await tx.query(
    `UPDATE audit_segment SET retired_at = clock_timestamp()
     WHERE tenant_id = $1 AND level = 0 AND segment = $2 AND retired_at IS NULL`,
    [tenant, Math.floor(first / sizeOf(0))],
  );
  const columns = new Map(CODED_COLUMNS.map((column) => [column, codesOf(column, events)]));
  await storeSegment(tx, tenant, segment, { spans: spansOf(times), columns });
  await storePages(tx, tenant, segment, { pages: buildPages(events, cipher.hash, level), cipher });
  await tx.query(
    `INSERT INTO audit_granule (tenant_id, granule, times)
     SELECT $1, $2 + place - 1, times FROM unnest($3::bytea[]) WITH ORDINALITY AS g (times, place)
     ON CONFLICT (tenant_id, granule) DO UPDATE SET times = excluded.times`,
    [tenant, first / GRANULE_SIZE, granulesOf(times)],
  );
  await tx.query(
    `INSERT INTO audit_index_head (tenant_id, indexed_to, updated_at) VALUES ($1, $2, clock_timestamp())
     ON CONFLICT (tenant_id) DO UPDATE SET indexed_to = excluded.indexed_to, updated_at = excluded.updated_at`,
    [tenant, end],
  );
  return { indexedTo: end, level };
}

function granulesOf(times: readonly number[]): Uint8Array[] {
  return Array.from({ length: Math.ceil(times.length / GRANULE_SIZE) }, (_, at) =>
    encodeTimes(times.slice(at * GRANULE_SIZE, (at + 1) * GRANULE_SIZE)),
  );
}

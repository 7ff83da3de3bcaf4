import "server-only";
import { buildPages, mergePages } from "#server/engines/search-index/build-pages.ts";
import {
  MERGED_AT_ONCE,
  pageCountOf,
  sizeOf,
} from "#server/engines/search-index/segment-layout.ts";
import { newSegmentCipher, pageHash } from "#server/platform/audit/index-cipher.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { EVENT_COLUMNS, type EventRow } from "../../event-row.ts";
import { queryEventOf } from "../query-event-of.ts";
import { nameOf } from "../segment-rows.ts";
import { storePages } from "./store-segment.ts";

type Pages = ReadonlyMap<number, Uint8Array>;

interface Place {
  level: number;
  number: number;
  width: number;
}

/**
 * Writes the pages of all segments that cover these events anew, each under a new key, from what can still be read:
 * words of erased payloads are in none of them. Retired versions go at once. Waits for an indexer at work, and
 * keeps others out until the transaction ends. Gives how many segments it wrote.
 */
export async function rewriteSegments(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  eventIds: readonly string[],
): Promise<number> {
  await tx.query("SELECT pg_advisory_xact_lock(hashtextextended('audit-indexer|' || $1, 0))", [
    tenant,
  ]);
  const covering = `EXISTS (SELECT FROM audit_leaf l WHERE l.tenant_id = $1 AND l.event_id = ANY ($2::uuid[])
      AND l.leaf_index >= s.segment::bigint * $3::bigint * power(${MERGED_AT_ONCE}, s.level)::bigint
      AND l.leaf_index < s.segment::bigint * $3::bigint * power(${MERGED_AT_ONCE}, s.level)::bigint + s.width)`;
  const params = [tenant, eventIds, sizeOf(0)];
  await tx.query(
    `DELETE FROM audit_segment s WHERE s.tenant_id = $1 AND s.retired_at IS NOT NULL AND ${covering}`,
    params,
  );
  const segments = await tx.query<{ level: number; segment: number; width: number }>(
    `SELECT s.level, s.segment, s.width FROM audit_segment s WHERE s.tenant_id = $1 AND ${covering}`,
    params,
  );
  for (const { level, segment, width } of segments) {
    const place = { level, number: segment, width };
    const pages = await pagesOf(tx, tenant, place);
    const { cipher, wrappedKey } = newSegmentCipher(tenant, nameOf(place));
    const key = [tenant, level, segment, width];
    await tx.query(
      "DELETE FROM audit_segment_page WHERE tenant_id = $1 AND level = $2 AND segment = $3 AND width = $4",
      key,
    );
    await tx.query(
      "UPDATE audit_segment SET wrapped_key = $5, pages = $6 WHERE tenant_id = $1 AND level = $2 AND segment = $3 AND width = $4",
      [...key, wrappedKey, pageCountOf(level)],
    );
    await storePages(tx, tenant, place, { pages, cipher });
  }
  return segments.length;
}

/** A segment's pages from its events: the lowest directly, a higher one of the sixteen below it. */
async function pagesOf(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { level, number, width }: Place,
): Promise<Pages> {
  const hash = pageHash(tenant);
  if (level === 0) {
    const first = number * sizeOf(0);
    const rows = await tx.query<EventRow>(
      `SELECT ${EVENT_COLUMNS}
       FROM audit_leaf l JOIN audit_event e ON e.tenant_id = $1 AND e.event_id = l.event_id
       LEFT JOIN audit_payload p ON p.tenant_id = $1 AND p.event_id = l.event_id
       WHERE l.tenant_id = $1 AND l.leaf_index >= $2 AND l.leaf_index < $3 ORDER BY l.leaf_index`,
      [tenant, first, first + width],
    );
    return buildPages(
      rows.map((row) => queryEventOf(tenant, row)),
      hash,
    );
  }
  const childSize = sizeOf(level - 1);
  const children: Pages[] = [];
  for (let at = 0; at < MERGED_AT_ONCE; at++) {
    const place = { level: level - 1, number: number * MERGED_AT_ONCE + at, width: childSize };
    children.push(await pagesOf(tx, tenant, place));
  }
  const merged = new Map<number, Uint8Array>();
  for (const page of new Set(children.flatMap((each) => [...each.keys()]))) {
    const parts = children.map((each) => each.get(page));
    for (const [next, bytes] of mergePages(parts, { childSize, level, hash })) {
      merged.set(next, bytes);
    }
  }
  return merged;
}

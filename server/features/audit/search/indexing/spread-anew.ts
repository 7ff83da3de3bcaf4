import "server-only";
import { mergePages } from "#server/engines/search-index/build-pages.ts";
import {
  firstPageCountOf,
  pageCountOf,
  SEGMENT_SIZES,
  sizeOf,
} from "#server/engines/search-index/segment-layout.ts";
import { newSegmentCipher, segmentCipher } from "#server/platform/audit/index-cipher.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { unpackPages } from "../packed-pages.ts";
import { nameOf, placeOf } from "../segment-rows.ts";
import { storePages } from "./store-segment.ts";

const LEVELS = SEGMENT_SIZES.map((_, level) => level);
/** Old pages that are in memory at once. */
const PAGES_AT_ONCE = 256;

/**
 * Spreads the terms of one full segment over as many pages as a new one has, where it has fewer, under a new key.
 * Searches see it before or after. Gives false when there is none. Call it under the indexer's lock.
 */
export async function spreadAnew(tx: TenantTx, tenant: AuthorizedTenantId): Promise<boolean> {
  const [row] = await tx.query<{
    level: number;
    segment: number;
    pages: number | null;
    wrapped_key: Buffer | null;
  }>(
    `SELECT s.level, s.segment, s.pages, s.wrapped_key FROM audit_segment s
     JOIN unnest($2::smallint[], $3::integer[], $4::integer[], $5::integer[]) AS l (level, size, first, pages)
       ON s.level = l.level AND s.width = l.size AND coalesce(s.pages, l.first) < l.pages
     WHERE s.tenant_id = $1 AND s.retired_at IS NULL ORDER BY s.level, s.segment DESC LIMIT 1`,
    [tenant, LEVELS, LEVELS.map(sizeOf), LEVELS.map(firstPageCountOf), LEVELS.map(pageCountOf)],
  );
  if (!row) return false;
  const { level } = row;
  const place = { level, number: row.segment, width: sizeOf(level) };
  const key = [tenant, level, place.number, place.width];
  const old = segmentCipher(tenant, nameOf(place), row.wrapped_key);
  const { cipher, wrappedKey } = newSegmentCipher(tenant, nameOf(place));
  const spread = { childSize: place.width, level, hash: cipher.hash };
  // From the last page down: what is written is never among what is still to be read.
  for (let end = row.pages ?? firstPageCountOf(level); end > 0; end -= PAGES_AT_ONCE) {
    const taken = await tx.query<{ page: number; bytes: Buffer }>(
      `DELETE FROM audit_segment_page WHERE tenant_id = $1 AND level = $2 AND segment = $3 AND width = $4
         AND page >= $5 AND page < $6 RETURNING page, bytes`,
      [...key, Math.max(0, end - PAGES_AT_ONCE), end],
    );
    const pages = new Map<number, Uint8Array>();
    const packed = taken.map(({ page, bytes }) => old.open(bytes, placeOf(place, page)));
    for (const page of unpackPages(packed)) {
      for (const [number, part] of mergePages([page], spread)) pages.set(number, part);
    }
    await storePages(tx, tenant, place, { pages, cipher });
  }
  await tx.query(
    `UPDATE audit_segment SET wrapped_key = $5, pages = $6
     WHERE tenant_id = $1 AND level = $2 AND segment = $3 AND width = $4`,
    [...key, wrappedKey, pageCountOf(level)],
  );
  return true;
}

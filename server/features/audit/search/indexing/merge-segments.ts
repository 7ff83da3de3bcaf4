import "server-only";
import { mergePages } from "#server/engines/search-index/build-pages.ts";
import {
  CODED_COLUMNS,
  type ColumnCodes,
  joinCodes,
} from "#server/engines/search-index/column-codes.ts";
import { decodeSpans } from "#server/engines/search-index/granules.ts";
import {
  firstPageCountOf,
  MERGED_AT_ONCE,
  pageCountOf,
  sizeOf,
} from "#server/engines/search-index/segment-layout.ts";
import {
  type IndexCipher,
  newSegmentCipher,
  segmentCipher,
} from "#server/platform/audit/index-cipher.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { unpackPages } from "../packed-pages.ts";
import { fetchColumns, nameOf, placeOf, type SegmentVersion } from "../segment-rows.ts";
import { storePages, storeSegment } from "./store-segment.ts";

/** Child pages that are merged with one statement to read and one to write: bounds the memory. */
const PAGES_AT_ONCE = 16;

/**
 * Makes one segment of `level` from the sixteen full ones below it, which are retired. Gives false
 * when they are not all there, or were merged before. Call it under the indexer's lock.
 */
export async function mergeSegments(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { level, number }: { level: number; number: number },
): Promise<boolean> {
  const below = level - 1;
  const first = number * MERGED_AT_ONCE;
  const rows = await tx.query<{ segment: number; spans: Buffer; wrapped_key: Buffer | null }>(
    `SELECT segment, spans, wrapped_key FROM audit_segment
     WHERE tenant_id = $1 AND level = $2 AND segment >= $3 AND segment < $4 AND width = $5 AND retired_at IS NULL
       AND coalesce(pages, $6) = $7
     ORDER BY segment`,
    [
      tenant,
      below,
      first,
      first + MERGED_AT_ONCE,
      sizeOf(below),
      firstPageCountOf(below),
      pageCountOf(below),
    ],
  );
  if (rows.length < MERGED_AT_ONCE) return false;
  const children = rows.map(({ segment, wrapped_key: wrappedKey }) => ({
    level: below,
    number: segment,
    width: sizeOf(below),
    wrappedKey,
    pageCount: pageCountOf(below),
  }));
  const named = { level, number, width: sizeOf(level) };
  const { cipher, wrappedKey } = newSegmentCipher(tenant, nameOf(named));
  const merged = { ...named, wrappedKey };
  const parts = await fetchColumns(tx, tenant, children, CODED_COLUMNS);
  const columns = new Map(
    CODED_COLUMNS.map((column) => [
      column,
      joinCodes(children.map((child) => parts.get(nameOf(child))?.get(column) as ColumnCodes)),
    ]),
  );
  const spans = rows.flatMap((row) => decodeSpans(row.spans));
  await storeSegment(tx, tenant, merged, { spans, columns });
  for (let page = 0; page < pageCountOf(below); page += PAGES_AT_ONCE) {
    const pages = await mergedPages(tx, tenant, { children, page, level, cipher });
    await storePages(tx, tenant, merged, { pages, cipher });
  }
  await tx.query(
    `UPDATE audit_segment SET retired_at = clock_timestamp()
     WHERE tenant_id = $1 AND level = $2 AND segment >= $3 AND segment < $4 AND retired_at IS NULL`,
    [tenant, below, first, first + MERGED_AT_ONCE],
  );
  return true;
}

async function mergedPages(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  {
    children,
    page: firstPage,
    level,
    cipher,
  }: { children: readonly SegmentVersion[]; page: number; level: number; cipher: IndexCipher },
): Promise<Map<number, Uint8Array>> {
  const [{ level: below, number: firstNumber, width }] = children as [SegmentVersion];
  const rows = await tx.query<{ segment: number; page: number; bytes: Buffer }>(
    `SELECT segment, page, bytes FROM audit_segment_page
     WHERE tenant_id = $1 AND level = $2 AND segment >= $3 AND segment < $4 AND width = $5
       AND page >= $6 AND page < $7`,
    [
      tenant,
      below,
      firstNumber,
      firstNumber + MERGED_AT_ONCE,
      width,
      firstPage,
      firstPage + PAGES_AT_ONCE,
    ],
  );
  const ciphers = new Map(
    children.map((each) => [each.number, segmentCipher(tenant, nameOf(each), each.wrappedKey)]),
  );
  const packed = rows.map(({ segment, page, bytes }) =>
    (ciphers.get(segment) as IndexCipher).open(
      bytes,
      placeOf({ level: below, number: segment, width }, page),
    ),
  );
  const pages = new Map<number, (Uint8Array | undefined)[]>();
  for (const [at, unpacked] of unpackPages(packed).entries()) {
    const { segment, page } = rows[at] as (typeof rows)[number];
    const of = pages.get(page) ?? [];
    pages.set(page, of);
    of[segment - firstNumber] = unpacked;
  }
  const merged = new Map<number, Uint8Array>();
  for (const of of pages.values()) {
    const all = Array.from(children, (_, at) => of[at]);
    const next = mergePages(all, { childSize: width, level, hash: cipher.hash });
    for (const [page, bytes] of next) merged.set(page, bytes);
  }
  return merged;
}

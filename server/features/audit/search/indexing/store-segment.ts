import "server-only";
import {
  type CodedColumn,
  type ColumnCodes,
  countValues,
} from "#server/engines/search-index/column-codes.ts";
import { encodeSpans, type GranuleSpan } from "#server/engines/search-index/granules.ts";
import { pageCountOf } from "#server/engines/search-index/segment-layout.ts";
import type { IndexCipher } from "#server/platform/audit/index-cipher.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { packPage } from "../packed-pages.ts";
import { packColumn, placeOf, type SegmentName, type SegmentVersion } from "../segment-rows.ts";

/** Columns whose values are counted in advance. Actors are many: they are counted when asked. */
const COUNTED: readonly CodedColumn[] = ["type", "outcome", "actorKind", "source", "subjectKind"];

/** Writes a segment without its pages. Searches see it once its transaction has ended. */
export async function storeSegment(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  segment: Omit<SegmentVersion, "pageCount">,
  {
    spans,
    columns,
  }: { spans: readonly GranuleSpan[]; columns: ReadonlyMap<CodedColumn, ColumnCodes> },
): Promise<void> {
  const key = [tenant, segment.level, segment.number, segment.width];
  const counts = Object.fromEntries(
    COUNTED.map((column) => [column, Object.fromEntries(countsOf(columns.get(column)))]),
  );
  const min = Math.min(...spans.map((span) => span.min));
  const max = Math.max(...spans.map((span) => span.max));
  await tx.query(
    `INSERT INTO audit_segment (tenant_id, level, segment, width, min_at, max_at, spans, counts, wrapped_key, pages)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      ...key,
      new Date(min),
      new Date(max),
      encodeSpans(spans),
      JSON.stringify(counts),
      segment.wrappedKey,
      pageCountOf(segment.level),
    ],
  );
  await tx.query(
    `INSERT INTO audit_segment_column (tenant_id, level, segment, width, column_name, bytes)
     SELECT $1, $2, $3, $4, name, bytes FROM unnest($5::text[], $6::bytea[]) AS c (name, bytes)`,
    [...key, [...columns.keys()], [...columns.values()].map(packColumn)],
  );
}

function countsOf(column: ColumnCodes | undefined): Map<string, number> {
  return column ? countValues(column) : new Map();
}

/** Writes some of a segment's pages, packed and encrypted. */
export async function storePages(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  segment: SegmentName,
  { pages, cipher }: { pages: ReadonlyMap<number, Uint8Array>; cipher: IndexCipher },
): Promise<void> {
  const sealed = [...pages].map(([page, bytes]) =>
    cipher.seal(packPage(bytes), placeOf(segment, page)),
  );
  await tx.query(
    `INSERT INTO audit_segment_page (tenant_id, level, segment, width, page, bytes)
     SELECT $1, $2, $3, $4, page, bytes FROM unnest($5::smallint[], $6::bytea[]) AS p (page, bytes)`,
    [tenant, segment.level, segment.number, segment.width, [...pages.keys()], sealed],
  );
}

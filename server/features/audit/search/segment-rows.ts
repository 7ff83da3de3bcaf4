import "server-only";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import {
  type CodedColumn,
  type ColumnCodes,
  decodeColumn,
  encodeColumn,
} from "#server/engines/search-index/column-codes.ts";
import {
  firstLeafOf,
  firstPageCountOf,
  type SegmentId,
} from "#server/engines/search-index/segment-layout.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { keptColumns } from "./kept-columns.ts";

/** A segment in one of its widths: what has this name never changes. */
export interface SegmentVersion extends SegmentId {
  readonly width: number;
  /** The key of its pages, wrapped; null for one that is under the tenant's index key. */
  readonly wrappedKey: Buffer | null;
  readonly pageCount: number;
}

export type SegmentName = Omit<SegmentVersion, "wrappedKey" | "pageCount">;

/** Where a page belongs: its ciphertext opens nowhere else. */
export function placeOf({ level, number, width }: SegmentName, page: number): string {
  return `${level}/${number}/${width}/${page}`;
}

export const packColumn = (column: ColumnCodes): Buffer => zstdCompressSync(encodeColumn(column));
export const unpackColumn = (bytes: Uint8Array): ColumnCodes =>
  decodeColumn(zstdDecompressSync(bytes));

export interface SegmentSummary extends SegmentVersion {
  readonly minAt: Date;
  readonly maxAt: Date;
}

/** The segments in force, the newest first. Together they cover each indexed leaf once. */
export async function segmentsInForce(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
): Promise<SegmentSummary[]> {
  const rows = await tx.prepared<{
    level: number;
    segment: number;
    width: number;
    min_at: Date;
    max_at: Date;
    wrapped_key: Buffer | null;
    pages: number | null;
  }>(
    `SELECT level, segment, width, min_at, max_at, wrapped_key, pages FROM audit_segment
     WHERE tenant_id = $1 AND retired_at IS NULL ORDER BY level, segment DESC`,
    [tenant],
  );
  return rows.map(
    ({ level, segment, width, min_at: minAt, max_at: maxAt, wrapped_key, pages }) => ({
      level,
      number: segment,
      width,
      minAt,
      maxAt,
      wrappedKey: wrapped_key,
      pageCount: pages ?? firstPageCountOf(level),
    }),
  );
}

/** The first leaf that none of the segments in force covers. */
export function indexedTo(segments: readonly SegmentName[]): number {
  return segments.reduce((end, each) => Math.max(end, firstLeafOf(each) + each.width), 0);
}

const KEYS = "unnest($2::smallint[], $3::integer[], $4::integer[]) AS k (level, segment, width)";

export function segmentKeys(segments: readonly SegmentName[]): unknown[] {
  return [
    segments.map((each) => each.level),
    segments.map((each) => each.number),
    segments.map((each) => each.width),
  ];
}

export function nameOf({ level, number, width }: SegmentName): string {
  return `${level}/${number}/${width}`;
}

/**
 * Columns of several segments: `nameOf` the segment → column → codes. They are kept unpacked for the
 * searches that come, which a merge has no use for: `fetchColumns`.
 */
export async function readColumns(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  segments: readonly SegmentName[],
  columns: Iterable<CodedColumn>,
): Promise<Map<string, Map<CodedColumn, ColumnCodes>>> {
  const wanted = [...columns];
  const found = new Map<string, Map<CodedColumn, ColumnCodes>>();
  const missing: SegmentName[] = [];
  for (const segment of segments) {
    const name = nameOf(segment);
    const kept = wanted.flatMap((column) => {
      const codes = keptColumns.get(tenant, name, column)?.codes;
      return codes ? [[column, codes] as const] : [];
    });
    if (kept.length === wanted.length) found.set(name, new Map(kept));
    else missing.push(segment);
  }
  if (missing.length === 0) return found;
  for (const [name, of] of await fetchColumns(tx, tenant, missing, wanted)) {
    for (const [column, codes] of of) keptColumns.keep(tenant, name, column, codes);
    found.set(name, of);
  }
  return found;
}

/** The same, read anew and not kept. */
export async function fetchColumns(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  segments: readonly SegmentName[],
  columns: Iterable<CodedColumn>,
): Promise<Map<string, Map<CodedColumn, ColumnCodes>>> {
  const rows = await tx.prepared<{
    level: number;
    segment: number;
    width: number;
    column_name: CodedColumn;
    bytes: Buffer;
  }>(
    `SELECT c.level, c.segment, c.width, c.column_name, c.bytes FROM ${KEYS}
     JOIN audit_segment_column c ON c.tenant_id = $1 AND c.level = k.level
       AND c.segment = k.segment AND c.width = k.width AND c.column_name = ANY ($5::text[])`,
    [tenant, ...segmentKeys(segments), [...columns]],
  );
  const found = new Map<string, Map<CodedColumn, ColumnCodes>>();
  for (const { level, segment, width, column_name: column, bytes } of rows) {
    const name = nameOf({ level, number: segment, width });
    const of = found.get(name) ?? new Map<CodedColumn, ColumnCodes>();
    found.set(name, of.set(column, unpackColumn(bytes)));
  }
  return found;
}

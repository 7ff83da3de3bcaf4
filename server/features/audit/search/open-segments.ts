import "server-only";
import { Bitmap } from "#server/engines/search-index/bitmap.ts";
import type { CodedColumn, ColumnCodes } from "#server/engines/search-index/column-codes.ts";
import { positionsWhere } from "#server/engines/search-index/column-codes.ts";
import {
  decodeSpans,
  decodeTimes,
  GRANULE_SIZE,
  type GranuleSpan,
  positionsWithin,
  straddling,
} from "#server/engines/search-index/granules.ts";
import { lookUp } from "#server/engines/search-index/look-up.ts";
import {
  type Needs,
  type SegmentReader,
  subjectCandidates,
} from "#server/engines/search-index/search-segment.ts";
import { firstLeafOf, pageNumberOf } from "#server/engines/search-index/segment-layout.ts";
import { type IndexCipher, pageHash, segmentCipher } from "#server/platform/audit/index-cipher.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { leavesOfListed } from "./leaves-of-listed.ts";
import { unpackPages } from "./packed-pages.ts";
import { type SearchClock, unhurried } from "./search-clock.ts";
import {
  nameOf,
  placeOf,
  readColumns,
  type SegmentSummary,
  type SegmentVersion,
  segmentKeys,
} from "./segment-rows.ts";

type Pages = ReadonlyMap<number, Uint8Array>;

/** Fetches what a query needs of some segments, with one statement for each kind of thing. */
export async function openSegments(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  segments: readonly SegmentSummary[],
  needs: Needs,
  clock: SearchClock = unhurried,
): Promise<Map<SegmentSummary, SegmentReader>> {
  const [pages, columns, spans] = await Promise.all([
    readPages(tx, tenant, segments, needs.pageKeys),
    needs.columns.size > 0
      ? readColumns(tx, tenant, segments, needs.columns)
      : new Map<string, Map<CodedColumn, ColumnCodes>>(),
    readSpans(tx, tenant, cutByTime(segments, needs)),
  ]);
  const times = await readStraddling(tx, tenant, spans, needs);
  const hash = pageHash(tenant);
  const opened = new Map<SegmentSummary, SegmentReader>();
  const listed = new Map<string, ReadonlySet<number>>();
  for (const segment of segments) {
    const name = nameOf(segment);
    const first = firstLeafOf(segment);
    const size = segment.width;
    opened.set(segment, {
      size,
      lookup(lookup) {
        clock.check();
        const page = pageNumberOf(segment.pageCount, hash(lookup.pageKey));
        return lookUp(pages.get(name)?.get(page), lookup, size);
      },
      column(column, passes, among) {
        clock.check();
        const codes = columns.get(name)?.get(column);
        if (!codes) throw new Error(`column ${column} of segment ${name} is missing`);
        return positionsWhere(codes, size, passes, among);
      },
      interval(interval) {
        if (interval.kind === "index") return leavesWithin(interval, first, size);
        const of = spans.get(segment) ?? [
          { min: segment.minAt.getTime(), max: segment.maxAt.getTime() },
        ];
        if (!spans.has(segment)) return wholeOrNothing(of[0] as GranuleSpan, interval, size);
        return positionsWithin(
          { spans: of, size },
          interval,
          (granule) => times.get(first / GRANULE_SIZE + granule) ?? [],
        );
      },
      listed(asked) {
        const found = new Bitmap(size);
        for (const leaf of listed.get(JSON.stringify(asked)) ?? []) {
          if (leaf >= first && leaf < first + size) found.add(leaf - first);
        }
        return found;
      },
    });
  }
  // The rows decide on what the index could only narrow down.
  for (const asked of needs.listed) {
    const candidates =
      asked.kind === "event"
        ? []
        : [...opened].flatMap(([segment, reader]) => {
            const first = firstLeafOf(segment);
            return [...subjectCandidates(asked, reader).positions()].map((at) => first + at);
          });
    listed.set(JSON.stringify(asked), await leavesOfListed(tx, tenant, asked, candidates));
  }
  return opened;
}

async function readPages(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  segments: readonly SegmentVersion[],
  pageKeys: ReadonlySet<string>,
): Promise<Map<string, Pages>> {
  if (pageKeys.size === 0) return new Map();
  const hashes = [...pageKeys].map(pageHash(tenant));
  const ciphers = new Map(
    segments.map((each) => [nameOf(each), segmentCipher(tenant, nameOf(each), each.wrappedKey)]),
  );
  const wanted = segments.flatMap((segment) =>
    [...new Set(hashes.map((hash) => pageNumberOf(segment.pageCount, hash)))].map((page) => ({
      segment,
      page,
    })),
  );
  const rows = await tx.prepared<{
    level: number;
    segment: number;
    width: number;
    page: number;
    bytes: Buffer;
  }>(
    `SELECT p.level, p.segment, p.width, p.page, p.bytes
     FROM unnest($2::smallint[], $3::integer[], $4::integer[], $5::smallint[]) AS k (level, segment, width, page)
     JOIN audit_segment_page p ON p.tenant_id = $1 AND p.level = k.level AND p.segment = k.segment
       AND p.width = k.width AND p.page = k.page`,
    [tenant, ...segmentKeys(wanted.map((each) => each.segment)), wanted.map((each) => each.page)],
  );
  const opened = rows.map(({ level, segment, width, page, bytes }) => {
    const version = { level, number: segment, width };
    const name = nameOf(version);
    const cipher = ciphers.get(name) as IndexCipher;
    return { name, page, packed: cipher.open(bytes, placeOf(version, page)) };
  });
  const unpacked = unpackPages(opened.map(({ packed }) => packed));
  const found = new Map<string, Map<number, Uint8Array>>();
  for (const [at, { name, page }] of opened.entries()) {
    const of = found.get(name) ?? new Map<number, Uint8Array>();
    found.set(name, of.set(page, unpacked[at] as Uint8Array));
  }
  return found;
}

/** Segments that an asked interval begins or ends in. */
function cutByTime(segments: readonly SegmentSummary[], { times }: Needs): SegmentSummary[] {
  return segments.filter(({ minAt, maxAt }) => {
    const span = { min: minAt.getTime(), max: maxAt.getTime() };
    return times.some(({ from, until }) => straddling([span], from, until).length > 0);
  });
}

export async function readSpans(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  segments: readonly SegmentSummary[],
): Promise<Map<SegmentSummary, GranuleSpan[]>> {
  if (segments.length === 0) return new Map();
  const rows = await tx.prepared<{ level: number; segment: number; width: number; spans: Buffer }>(
    `SELECT s.level, s.segment, s.width, s.spans
     FROM unnest($2::smallint[], $3::integer[], $4::integer[]) AS k (level, segment, width)
     JOIN audit_segment s ON s.tenant_id = $1 AND s.level = k.level AND s.segment = k.segment AND s.width = k.width`,
    [tenant, ...segmentKeys(segments)],
  );
  const byName = new Map(
    rows.map(({ level, segment, width, spans }) => [
      nameOf({ level, number: segment, width }),
      decodeSpans(spans),
    ]),
  );
  return new Map(
    segments.flatMap((segment) => {
      const spans = byName.get(nameOf(segment));
      return spans ? [[segment, spans] as const] : [];
    }),
  );
}

/** The single times of granules, by the granule's place in the log. */
export async function readTimes(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  granules: readonly number[],
): Promise<Map<number, number[]>> {
  if (granules.length === 0) return new Map();
  const rows = await tx.prepared<{ granule: number; times: Buffer }>(
    "SELECT granule, times FROM audit_granule WHERE tenant_id = $1 AND granule = ANY ($2::integer[])",
    [tenant, granules],
  );
  return new Map(rows.map(({ granule, times }) => [granule, decodeTimes(times)]));
}

function readStraddling(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  spans: ReadonlyMap<SegmentSummary, readonly GranuleSpan[]>,
  { times }: Needs,
): Promise<Map<number, number[]>> {
  const granules = [...spans].flatMap(([segment, of]) => {
    const first = firstLeafOf(segment) / GRANULE_SIZE;
    return times.flatMap(({ from, until }) =>
      straddling(of, from, until).map((granule) => first + granule),
    );
  });
  return readTimes(tx, tenant, [...new Set(granules)]);
}

function wholeOrNothing(
  { min, max }: GranuleSpan,
  { from, until }: { from: number | null; until: number | null },
  size: number,
): Bitmap {
  const isIn = (from === null || min >= from) && (until === null || max < until);
  return isIn ? Bitmap.full(size) : new Bitmap(size);
}

function leavesWithin(
  { from, until }: { from: bigint | null; until: bigint | null },
  first: number,
  size: number,
): Bitmap {
  const found = new Bitmap(size);
  const place = (leaf: bigint) => Math.min(size, Math.max(0, Number(leaf) - first));
  const end = until === null ? size : place(until);
  for (let at = from === null ? 0 : place(from); at < end; at++) found.add(at);
  return found;
}

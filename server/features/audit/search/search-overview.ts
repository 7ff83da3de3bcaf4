import "server-only";
import type { Condition } from "#server/engines/query-language/condition.ts";
import { eventSource } from "#server/engines/query-language/event-source.ts";
import type { Bitmap } from "#server/engines/search-index/bitmap.ts";
import { countValues } from "#server/engines/search-index/column-codes.ts";
import { GRANULE_SIZE } from "#server/engines/search-index/granules.ts";
import { firstLeafOf } from "#server/engines/search-index/segment-layout.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { AuditEventSummary } from "../schema.ts";
import { Histogram } from "./histogram.ts";
import { countsOfWhole } from "./kept-columns.ts";
import { readSpans, readTimes } from "./open-segments.ts";
import { FACETS, type OverviewInput, type SearchOverview } from "./schema.ts";
import { type SearchClock, unhurried } from "./search-clock.ts";
import { eventsAt, type SearchMeans, search } from "./search-events.ts";
import {
  indexedTo,
  nameOf,
  readColumns,
  type SegmentSummary,
  segmentsInForce,
} from "./segment-rows.ts";
import { searchTail } from "./unindexed-tail.ts";

type Facet = (typeof FACETS)[number];
/** What a search found, as far as naming actors needs it. */
interface Found {
  matches: readonly [SegmentSummary, Bitmap][];
  columns: Awaited<ReturnType<typeof readColumns>>;
  tail: readonly AuditEventSummary[];
}
type Overview = Omit<SearchOverview, "asOf" | "isRun" | "problems">;

/** Values shown of each facet. */
const TOP = 20;

/** Counts of the whole answer: its total, its facets, and how it spreads over time. Exact. */
export async function searchOverview(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  condition: Condition,
  { bars }: Pick<OverviewInput, "bars">,
  { clock = unhurried, inForce = segmentsInForce(tx, tenant), tail: keys }: SearchMeans = {},
): Promise<Overview> {
  const segments = await inForce;
  const [tail, matches] = await Promise.all([
    searchTail(tx, tenant, condition, { indexedTo: indexedTo(segments), clock, tail: keys }),
    matchesOf(tx, tenant, { condition, segments, clock }),
  ]);
  const counts = new Map<Facet, Map<string, number>>(FACETS.map((facet) => [facet, new Map()]));
  const add = (facet: Facet, value: string, count: number) => {
    const of = counts.get(facet);
    of?.set(value, (of.get(value) ?? 0) + count);
  };
  const columns = await readColumns(
    tx,
    tenant,
    matches.map(([segment]) => segment),
    FACETS,
  );
  const sizes = matches.map(([, found]) => found.count());
  for (const [at, [segment, found]] of matches.entries()) {
    await clock.pause();
    const name = nameOf(segment);
    const isWhole = sizes[at] === segment.width;
    for (const [column, codes] of columns.get(name) ?? []) {
      const of = isWhole ? countsOfWhole(tenant, name, column, codes) : countValues(codes, found);
      for (const [value, count] of of) if (count > 0) add(column as Facet, value, count);
    }
  }
  for (const event of tail.events) for (const facet of FACETS) add(facet, facetOf(event, facet), 1);
  const [facets, histogram] = await Promise.all([
    facetsOf(tx, tenant, counts, { matches, columns, tail: tail.events }),
    histogramOf(tx, tenant, { matches, tail: tail.events, bars }),
  ]);
  return {
    total: tail.events.length + sizes.reduce((sum, size) => sum + size, 0),
    facets,
    histogram,
    notYetSearchable: tail.leftOut,
  };
}

async function matchesOf(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  {
    condition,
    segments,
    clock,
  }: { condition: Condition; segments: readonly SegmentSummary[]; clock: SearchClock },
): Promise<[SegmentSummary, Bitmap][]> {
  const matches: [SegmentSummary, Bitmap][] = [];
  for await (const [segment, found] of search(tx, tenant, condition, segments, clock)) {
    if (!found.isEmpty) matches.push([segment, found]);
  }
  return matches;
}

function facetOf(event: AuditEventSummary, facet: Facet): string {
  if (facet === "subjectKind") return event.subject.slice(0, event.subject.indexOf("/") + 1);
  if (facet === "source") return eventSource(event.type, event.actorKind);
  return event[facet];
}

async function facetsOf(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  counts: ReadonlyMap<Facet, ReadonlyMap<string, number>>,
  found: Found,
): Promise<Overview["facets"]> {
  const top = (facet: Facet) =>
    [...(counts.get(facet) ?? [])]
      .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
      .slice(0, TOP)
      .map(([value, count]) => ({ value, count, name: null as string | null }));
  const actors = top("actorRef");
  const actorRefs = actors.map(({ value }) => value);
  const names = await namesOf(tx, tenant, actorRefs, found);
  return Object.fromEntries(
    FACETS.map((facet) => [
      facet,
      facet === "actorRef"
        ? actors.map((each) => ({ ...each, name: names.get(each.value) ?? null }))
        : top(facet),
    ]),
  ) as Overview["facets"];
}

/** What each actor was called in an event of the answer, where its payload is still there. */
async function namesOf(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  actorRefs: readonly string[],
  { matches, columns, tail }: Found,
): Promise<Map<string, string>> {
  const leaves = actorRefs.flatMap((actorRef) => {
    for (const [segment, found] of matches) {
      const codes = columns.get(nameOf(segment))?.get("actorRef");
      const code = codes?.values.indexOf(actorRef) ?? -1;
      if (code < 0) continue;
      for (const at of found.positionsDown()) {
        if (codes?.codes[at] === code) return [firstLeafOf(segment) + at];
      }
    }
    return [];
  });
  const events = [...(await eventsAt(tx, tenant, leaves)), ...tail];
  return new Map(
    events.flatMap(({ actorRef, actorName }) =>
      actorName ? [[actorRef, actorName] as const] : [],
    ),
  );
}

async function histogramOf(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  {
    matches,
    tail,
    bars,
  }: {
    matches: readonly [SegmentSummary, Bitmap][];
    tail: readonly AuditEventSummary[];
    bars: number;
  },
): Promise<Overview["histogram"]> {
  const spans = await readSpans(
    tx,
    tenant,
    matches.map(([segment]) => segment),
  );
  const parts = matches.flatMap(([segment, found]) =>
    (spans.get(segment) ?? []).flatMap((span, at) => {
      const from = at * GRANULE_SIZE;
      const count = found.count(from, Math.min(from + GRANULE_SIZE, segment.width));
      const granule = firstLeafOf(segment) / GRANULE_SIZE + at;
      return count > 0 ? [{ ...span, count, granule, found, from, width: segment.width }] : [];
    }),
  );
  const times = tail.map((event) => event.recordedAt.getTime());
  const histogram = new Histogram(
    [...parts, ...times.map((time) => ({ min: time, max: time }))],
    bars,
  );
  for (const time of times) histogram.add(time, 1);
  const partly = parts.filter((part) => !histogram.isOneBar(part));
  const single = await readTimes(
    tx,
    tenant,
    partly.map((part) => part.granule),
  );
  for (const part of parts) {
    if (histogram.isOneBar(part)) histogram.add(part.min, part.count);
    else {
      const of = single.get(part.granule) ?? [];
      for (const at of part.found.positions(
        part.from,
        Math.min(part.from + GRANULE_SIZE, part.width),
      )) {
        histogram.add(of[at - part.from] ?? part.min, 1);
      }
    }
  }
  return histogram.result();
}

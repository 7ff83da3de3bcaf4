import "server-only";
import type { Condition } from "#server/engines/query-language/condition.ts";
import type { Bitmap } from "#server/engines/search-index/bitmap.ts";
import { needsOf, searchSegment } from "#server/engines/search-index/search-segment.ts";
import { firstLeafOf } from "#server/engines/search-index/segment-layout.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { EVENT_COLUMNS, type EventRow, summaryOf } from "../event-row.ts";
import type { AuditEventSummary } from "../schema.ts";
import type { FoundPage } from "./found-page.ts";
import { openSegments } from "./open-segments.ts";
import { cursorOf, formatPlace, type Place, placeOf } from "./place.ts";
import { plainPage } from "./plain-page.ts";
import type { SearchInput } from "./schema.ts";
import { type SearchClock, unhurried } from "./search-clock.ts";
import { indexedTo, type SegmentSummary, segmentsInForce } from "./segment-rows.ts";
import type { TailReading } from "./tail-keys.ts";
import { searchTail } from "./unindexed-tail.ts";

/** What a search is given besides its question. */
export interface SearchMeans {
  /** How long it may take; without one, as long as it takes. */
  clock?: SearchClock;
  /** The segments in force, when they were asked for already. */
  inForce?: Promise<SegmentSummary[]>;
  /** Keys of what they do not cover, likewise. */
  tail?: TailReading;
}

/**
 * Segments opened at first, the newest, which are the smallest too; each further lot is eight times as
 * large: a word that is nowhere in ten million events is looked up in two lots.
 */
const FIRST_LOT = 24;
/** Pages of the index that are in memory at once, some kilobytes each. */
const MOST_PAGES = 2_000;

/** One page of the events that fit, in the order of the log. */
export async function searchEvents(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  condition: Condition,
  input: Pick<SearchInput, "cursor" | "direction" | "at" | "limit">,
  { clock = unhurried, inForce, tail: keys }: SearchMeans = {},
): Promise<FoundPage> {
  if (condition.kind === "and" && condition.of.length === 0) return plainPage(tx, tenant, input);
  // The statements go out together: what one of them costs most is its way there and back.
  const [segments, place] = await Promise.all([
    inForce ?? segmentsInForce(tx, tenant),
    placeOf(tx, tenant, input),
  ]);
  const asked = { condition, segments, place, limit: input.limit, clock };
  const isOlder = input.at !== undefined || input.direction === "older";
  const [tail, leaves] = await Promise.all([
    searchTail(tx, tenant, condition, { indexedTo: indexedTo(segments), clock, tail: keys }),
    isOlder ? olderLeaves(tx, tenant, asked) : newerLeaves(tx, tenant, asked),
  ]);
  const found = isOlder
    ? await older(tx, tenant, asked, { leaves, tail: tail.events })
    : await newer(tx, tenant, asked, { leaves, tail: tail.events });
  return { ...found, notYetSearchable: tail.leftOut };
}

interface Asked {
  condition: Condition;
  segments: readonly SegmentSummary[];
  place: Place | null;
  limit: number;
  clock: SearchClock;
}

/** What fits: leaves that the index found, in the order asked for, and newer events that it lacks. */
interface Fitting {
  leaves: readonly number[];
  tail: readonly AuditEventSummary[];
}

/** Falling, one more than a page has. */
async function olderLeaves(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { condition, segments, place, limit, clock }: Asked,
): Promise<number[]> {
  const before = place?.kind === "leaf" ? place.leaf : Number.POSITIVE_INFINITY;
  const leaves: number[] = [];
  const reached = segments.filter((each) => firstLeafOf(each) < before);
  for await (const [segment, matches] of search(tx, tenant, condition, reached, clock)) {
    if (matches.isEmpty) continue;
    const first = firstLeafOf(segment);
    const end = Math.min(segment.width, before - first);
    for (const at of matches.positionsDown(0, end)) {
      leaves.push(first + at);
      if (leaves.length > limit) return leaves;
    }
  }
  return leaves;
}

async function older(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { place, limit }: Asked,
  { leaves, tail }: Fitting,
): Promise<Omit<FoundPage, "notYetSearchable">> {
  const fresh = tail.filter((event) => isBehind(event, place)).slice(0, limit + 1);
  const sealed = await eventsAt(tx, tenant, leaves.slice(0, limit + 1 - fresh.length));
  // What was unsealed on the page before may have become a leaf meanwhile: it was shown.
  const unseen =
    place?.kind === "event" ? sealed.filter((event) => event.eventId < place.eventId) : sealed;
  const all = [...fresh, ...unseen];
  const page = all.slice(0, limit);
  return {
    events: page,
    olderCursor: all.length > limit ? cursorOf(page.at(-1)) : null,
    newerCursor: cursorOf(page[0]) ?? (place ? formatPlace(place) : null),
  };
}

/** Rising, one more than a page has. */
async function newerLeaves(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { condition, segments, place, limit, clock }: Asked,
): Promise<number[]> {
  if (place?.kind === "event") return [];
  const after = place?.leaf ?? -1;
  const rising: number[] = [];
  const reached = segments
    .filter((each) => firstLeafOf(each) + each.width - 1 > after)
    .toReversed();
  for await (const [segment, matches] of search(tx, tenant, condition, reached, clock)) {
    if (matches.isEmpty) continue;
    const first = firstLeafOf(segment);
    for (const at of matches.positions(Math.max(0, after + 1 - first))) {
      rising.push(first + at);
      if (rising.length > limit) return rising;
    }
  }
  return rising;
}

async function newer(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { place, limit }: Asked,
  { leaves, tail }: Fitting,
): Promise<Omit<FoundPage, "notYetSearchable">> {
  const after = place?.kind === "leaf" ? place.leaf : -1;
  const eventId = place?.kind === "event" ? place.eventId : null;
  const sealed = (await eventsAt(tx, tenant, leaves)).toReversed();
  const fresh = tail
    .filter((event) =>
      eventId !== null
        ? event.eventId > eventId
        : event.leafIndex === null || Number(event.leafIndex) > after,
    )
    .toReversed();
  const all = [...sealed, ...fresh];
  const page = all.slice(0, limit).toReversed();
  return {
    events: page,
    olderCursor: cursorOf(page.at(-1)) ?? (place ? formatPlace(place) : null),
    newerCursor: cursorOf(page[0]) ?? (place ? formatPlace(place) : null),
  };
}

/** The matches of each segment, in the given order, fetched in growing lots. */
export async function* search(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  condition: Condition,
  segments: readonly SegmentSummary[],
  clock: SearchClock = unhurried,
): AsyncGenerator<[SegmentSummary, Bitmap]> {
  const needs = needsOf(condition);
  const most = Math.max(1, Math.floor(MOST_PAGES / Math.max(1, needs.pageKeys.size)));
  let lot = Math.min(FIRST_LOT, most);
  for (let from = 0; from < segments.length; ) {
    const opened = await openSegments(tx, tenant, segments.slice(from, from + lot), needs, clock);
    for (const [segment, reader] of opened) {
      await clock.pause();
      yield [segment, searchSegment(condition, reader)];
    }
    from += lot;
    lot = Math.min(lot * 8, most);
  }
}

/** Summaries by leaf, the newest first. */
export async function eventsAt(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  leaves: readonly number[],
): Promise<AuditEventSummary[]> {
  if (leaves.length === 0) return [];
  const rows = await tx.prepared<EventRow>(
    `SELECT ${EVENT_COLUMNS}
     FROM audit_leaf l JOIN audit_event e ON e.tenant_id = $1 AND e.event_id = l.event_id
     LEFT JOIN audit_payload p ON p.tenant_id = $1 AND p.event_id = l.event_id
     WHERE l.tenant_id = $1 AND l.leaf_index = ANY ($2::bigint[]) ORDER BY l.leaf_index DESC`,
    [tenant, leaves],
  );
  return rows.map((row) => summaryOf(tenant, row).summary);
}

function isBehind(event: AuditEventSummary, place: Place | null): boolean {
  if (!place) return true;
  if (place.kind === "leaf")
    return event.leafIndex !== null && Number(event.leafIndex) < place.leaf;
  return event.eventId < place.eventId;
}

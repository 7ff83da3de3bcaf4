import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { EVENT_COLUMNS, EVENT_JOINS, type EventRow, summaryOf } from "../event-row.ts";
import type { FoundPage } from "./found-page.ts";
import { cursorOf, formatPlace, type Place, placeOf } from "./place.ts";
import type { SearchInput } from "./schema.ts";

/**
 * A page of the whole log needs no index: leaves are in order, and what has none yet is in the queue. Both are
 * read at once; with the cursor of a leaf, or none, they are the first that is sent.
 */
export async function plainPage(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  input: Pick<SearchInput, "cursor" | "direction" | "at" | "limit">,
): Promise<FoundPage> {
  const { limit } = input;
  const isOlder = input.at !== undefined || input.direction === "older";
  const asked = placeOf(tx, tenant, input);
  const place = asked instanceof Promise ? await asked : asked;
  const [leaves, unsealed] = await Promise.all([
    readLeaves(tx, tenant, { place, isOlder, limit }),
    readUnsealed(tx, tenant, { place, isOlder, limit }),
  ]);
  const rows = isOlder ? [...unsealed, ...leaves] : [...leaves, ...unsealed];
  const shown = rows.slice(0, limit).map((row) => summaryOf(tenant, row).summary);
  const events = isOlder ? shown : shown.toReversed();
  const here = place ? formatPlace(place) : null;
  return {
    events,
    olderCursor: isOlder
      ? rows.length > limit
        ? cursorOf(events.at(-1))
        : null
      : (cursorOf(events.at(-1)) ?? here),
    newerCursor: cursorOf(events[0]) ?? here,
    notYetSearchable: 0,
  };
}

interface Reading {
  place: Place | null;
  isOlder: boolean;
  limit: number;
}

/** Few texts, so that each connection keeps their plans: a limit that the planner does not know would spoil them. */
const rowsOf = (limit: number) => (limit <= 50 ? 51 : limit <= 100 ? 101 : 201);

const GREATEST_LEAF = "9223372036854775807";
const [LEAST_ID, GREATEST_ID] = [
  "00000000-0000-0000-0000-000000000000",
  "ffffffff-ffff-ffff-ffff-ffffffffffff",
];

/** Sealed events from the place, one more than the page has at least. */
async function readLeaves(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { place, isOlder, limit }: Reading,
): Promise<EventRow[]> {
  // What has a leaf is older than what has none.
  if (place?.kind === "event" && !isOlder) return [];
  const [beside, order] = isOlder ? ["<", "DESC"] : [">", "ASC"];
  const from = place?.kind === "leaf" ? place.leaf : isOlder ? GREATEST_LEAF : -1;
  return tx.prepared<EventRow>(
    `SELECT ${EVENT_COLUMNS}
     FROM (SELECT leaf_index, event_id FROM audit_leaf WHERE tenant_id = $1 AND leaf_index ${beside} $2
           ORDER BY leaf_index ${order} LIMIT ${rowsOf(limit)}) l
     JOIN audit_event e ON e.tenant_id = $1 AND e.event_id = l.event_id
     LEFT JOIN audit_payload p ON p.tenant_id = $1 AND p.event_id = l.event_id
     ORDER BY l.leaf_index ${order}`,
    [tenant, from],
  );
}

/** Events that wait for their leaf, from the place. */
async function readUnsealed(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { place, isOlder, limit }: Reading,
): Promise<EventRow[]> {
  if (place?.kind === "leaf" && isOlder) return [];
  const [beside, order] = isOlder ? ["<", "DESC"] : [">", "ASC"];
  const from = place?.kind === "event" ? place.eventId : isOlder ? GREATEST_ID : LEAST_ID;
  const rows = await tx.prepared<EventRow>(
    `SELECT ${EVENT_COLUMNS}
     FROM (SELECT event_id AS waiting_id FROM audit_pending WHERE tenant_id = $1 AND event_id ${beside} $2
           ORDER BY event_id ${order} LIMIT ${rowsOf(limit)}) q
     JOIN audit_event e ON e.tenant_id = $1 AND e.event_id = q.waiting_id ${EVENT_JOINS}
     ORDER BY e.event_id ${order}`,
    [tenant, from],
  );
  // A stray row of the queue may name an event that has its leaf.
  return rows.filter((row) => row.leaf_index === null);
}

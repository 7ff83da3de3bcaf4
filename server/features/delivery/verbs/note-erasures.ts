import "server-only";
import { uuidv7 } from "uuidv7";
import { z } from "zod";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import {
  type DeliverableRow,
  eventsByIds,
  isSelected,
  openedRow,
  selectionOf,
} from "../deliverable-events.ts";

/** A batch that is on its way may reach so far beyond what its cursor has noted. */
const MOST_ON_THE_WAY = 500n;

interface CursorReach {
  [column: string]: unknown;
  sink_id: string;
  sink_state: "active" | "paused" | "removed";
  revision: number;
  queries: string[];
  from_leaf: string;
  next_leaf: string;
  since_at: Date | null;
  until_at: Date | null;
  leased_until: Date | null;
}

/**
 * Writes down for each sink which of these events it has received, before their content goes: the worker has them
 * deleted there or tells it. In doubt (the sink was changed since, a batch is on its way) it counts as received.
 */
export const noteErasures = verb({
  name: "delivery.noteErasures",
  scope: "runtime.retention.carry-out",
  input: z.object({ actId: z.uuid(), eventIds: z.array(z.uuid()).max(1_000) }),
  output: z.object({ sinks: z.number().int() }),
  async run({ tx, tenant, actor, input: { actId, eventIds } }) {
    if (actor.kind !== "worker") throw new AppError("forbidden", "Only the worker does this.");
    const has = await receivedBy(tx, tenant, eventIds);
    if (has.length === 0) return unchanged({ sinks: 0 });
    for (const { sinkId, isRemoved, ids, after } of has) {
      await tx.query(
        `INSERT INTO sink_erasure (tenant_id, erasure_id, sink_id, act_id, event_ids, state, next_attempt_at)
         VALUES ($1, $2, $3, $4, $5::uuid[], $6, coalesce($7, clock_timestamp()))`,
        [tenant, uuidv7(), sinkId, actId, ids, isRemoved ? "by-hand" : "due", after],
      );
    }
    return audited(
      { sinks: has.length },
      {
        type: "runtime.delivery.erasures-due",
        subject: `retention-act/${actId}`,
        payload: { sinks: has.map(({ sinkId, ids }) => ({ sinkId, events: ids.length })) },
      },
    );
  },
});

interface Received {
  sinkId: string;
  isRemoved: boolean;
  ids: string[];
  /** When a batch that is on its way has ended. */
  after: Date | null;
}

async function receivedBy(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  eventIds: readonly string[],
): Promise<Received[]> {
  if (eventIds.length === 0) return [];
  const rows = await eventsByIds(tx, tenant, eventIds);
  const cursors = await tx.query<CursorReach>(
    `SELECT c.sink_id, s.state AS sink_state, s.revision, array_remove(ARRAY[s.query, c.query], '') AS queries,
       c.from_leaf::text, c.next_leaf::text, c.since_at, c.until_at,
       CASE WHEN c.lease_until > clock_timestamp() THEN c.lease_until END AS leased_until
     FROM sink_cursor c JOIN sink s ON s.tenant_id = c.tenant_id AND s.sink_id = c.sink_id
     WHERE c.tenant_id = $1 AND c.kind <> 'redrive'`,
    [tenant],
  );
  const refused = await tx.query<{ sink_id: string; event_id: string }>(
    `SELECT sink_id, event_id FROM sink_dead_letter
     WHERE tenant_id = $1 AND event_id = ANY ($2::uuid[]) AND state <> 'delivered'`,
    [tenant, eventIds],
  );
  const never = new Set(refused.map((each) => `${each.sink_id}|${each.event_id}`));
  const now = await tx.startedAt();
  const has = new Map<string, { isRemoved: boolean; ids: Set<string>; after: Date | null }>();
  for (const cursor of cursors) {
    const sink = has.get(cursor.sink_id) ?? {
      isRemoved: cursor.sink_state === "removed",
      ids: new Set<string>(),
      after: null,
    };
    has.set(cursor.sink_id, sink);
    for (const row of rows) {
      if (never.has(`${cursor.sink_id}|${row.event_id}`)) continue;
      if (!hasPassed(tenant, cursor, row, now)) continue;
      sink.ids.add(row.event_id);
      sink.after = cursor.leased_until ?? sink.after;
    }
  }
  return [...has].flatMap(([sinkId, { isRemoved, ids, after }]) =>
    ids.size > 0 ? [{ sinkId, isRemoved, ids: [...ids].sort(), after }] : [],
  );
}

function hasPassed(
  tenant: AuthorizedTenantId,
  cursor: CursorReach,
  row: DeliverableRow,
  now: Date,
): boolean {
  const leaf = BigInt(row.leaf_index);
  const reach = BigInt(cursor.next_leaf) + (cursor.leased_until ? MOST_ON_THE_WAY : 0n);
  if (leaf < BigInt(cursor.from_leaf) || leaf >= reach) return false;
  // What it asked for before it was changed is not kept.
  if (cursor.revision > 1) return true;
  const range = { since: cursor.since_at, until: cursor.until_at };
  return isSelected(tenant, openedRow(tenant, row), selectionOf(cursor.queries, range, now));
}

import "server-only";
import { createHmac } from "node:crypto";
import { uuidv7 } from "uuidv7";
import type { EventFault } from "#server/engines/cloud-events/cloud-event.ts";
import {
  type Arrived,
  type JudgedEvent,
  judgeEvent,
} from "#server/engines/cloud-events/judge-event.ts";
import { receivedRecord, type Sender } from "#server/engines/cloud-events/received-record.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import { tenantKey } from "#server/platform/audit/tenant-keys.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { SourceRef } from "./schema.ts";

type Accepted = Extract<JudgedEvent, { kind: "event" }>;
export type Refused = Extract<JudgedEvent, { kind: "refused" }>;

/** Who sends, and as what the tenant knows it: the id may still be under way. */
interface ReceivedFrom {
  source: SourceRef;
  sourceId: string | Promise<string>;
  mendedBy?: string;
}

/** What became of one: an event of the log, one that was there, or one that is refused. */
export type Received =
  | { readonly status: "received"; readonly eventId: string; readonly masked: number }
  | { readonly status: "repeated"; readonly eventId: string }
  | { readonly status: "refused"; readonly refused: Refused };

/**
 * Judges events and says which are new, in the transaction that will write them: whoever calls it emits
 * `drafts`. The same id, source and voucher is one event however often it comes; with other content it is
 * refused (`id-reused`). Three statements, however many events there are, which do not wait for one another.
 */
export async function receive(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { source, sourceId, mendedBy }: ReceivedFrom,
  arrived: readonly Arrived[],
): Promise<{ results: Received[]; drafts: AuditEventDraft[] }> {
  const key = tenantKey(tenant, "received-events");
  const digest = (...parts: string[]) =>
    createHmac("sha256", key).update(JSON.stringify(parts)).digest();
  const judged = arrived.map((each) => judgeEvent(each, tenant));
  const named = judged.map((each) =>
    each.kind === "event"
      ? {
          each,
          key: digest("key", source.how, source.name, each.event.source, each.event.id),
          content: digest("content", each.exact),
        }
      : null,
  );
  // In one order for everybody, so that two batches of the same events wait and don't deadlock.
  const first = new Map<string, { key: Buffer; content: Buffer; eventId: string }>();
  for (const entry of named) {
    const name = entry?.key.toString("hex");
    if (entry && name && !first.has(name)) first.set(name, { ...entry, eventId: uuidv7() });
  }
  const [known, at, id] = await Promise.all([
    knownAfterInsert(tx, tenant, [...first.values()]),
    tx.startedAt(),
    sourceId,
  ]);
  const from = { source, sourceId: id, mendedBy };
  const drafts: AuditEventDraft[] = [];
  const used = new Set<string>();
  const results = named.map((entry, place): Received => {
    const refused = judged[place];
    if (!entry) return { status: "refused", refused: refused as Refused };
    const name = entry.key.toString("hex");
    const stored = known.get(name);
    if (!stored) throw new Error("a received event was neither new nor known");
    if (!stored.content.equals(entry.content)) {
      return { status: "refused", refused: reused(arrived[place] as Arrived, tenant) };
    }
    if (!stored.isNew || used.has(name)) return { status: "repeated", eventId: stored.eventId };
    used.add(name);
    drafts.push({ ...draftOf(entry.each, stored.eventId, from), at });
    return { status: "received", eventId: stored.eventId, masked: entry.each.masked.length };
  });
  return { results, drafts };
}

interface Known {
  content: Buffer;
  eventId: string;
  isNew: boolean;
}

async function knownAfterInsert(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  events: readonly { key: Buffer; content: Buffer; eventId: string }[],
): Promise<Map<string, Known>> {
  const known = new Map<string, Known>();
  if (events.length === 0) return known;
  const sorted = events.toSorted((one, other) => Buffer.compare(one.key, other.key));
  const made = await tx.prepared<{ event_key: Buffer; content: Buffer; event_id: string }>(
    `INSERT INTO received_event (tenant_id, event_key, content, event_id)
     SELECT $1, event_key, content, event_id
     FROM unnest($2::bytea[], $3::bytea[], $4::uuid[]) WITH ORDINALITY AS e (event_key, content, event_id, place)
     ORDER BY place
     ON CONFLICT (tenant_id, event_key) DO NOTHING
     RETURNING event_key, content, event_id`,
    [
      tenant,
      sorted.map((event) => event.key),
      sorted.map((event) => event.content),
      sorted.map((event) => event.eventId),
    ],
  );
  const keep = (rows: typeof made, isNew: boolean) => {
    for (const row of rows) {
      const { content, event_id: eventId } = row;
      known.set(row.event_key.toString("hex"), { content, eventId, isNew });
    }
  };
  keep(made, true);
  if (made.length < sorted.length) {
    const rest = sorted.filter((event) => !known.has(event.key.toString("hex")));
    const before = await tx.query<(typeof made)[number]>(
      "SELECT event_key, content, event_id FROM received_event WHERE tenant_id = $1 AND event_key = ANY ($2::bytea[])",
      [tenant, rest.map((event) => event.key)],
    );
    keep(before, false);
  }
  return known;
}

function draftOf(
  { event, masked }: Accepted,
  eventId: string,
  from: { source: SourceRef; sourceId: string; mendedBy: string | undefined },
): AuditEventDraft {
  const sender: Sender = {
    kind: from.source.kind,
    name: from.source.name,
    ...(from.mendedBy ? { mendedBy: from.mendedBy } : {}),
  };
  const record = receivedRecord(event, sender, masked);
  const { type, outcome, payload, occurredAt, traceparent } = record;
  return {
    eventId,
    type,
    subject: `event-source/${from.sourceId}`,
    outcome,
    payload,
    received: { from: from.sourceId, occurredAt, traceparent },
  };
}

const REUSED: EventFault = {
  reason: "id-reused",
  field: "id",
  detail: "An event of this source and id, with other content, was taken before.",
};

/** Judged once more, with what was found: for what is kept of it. */
function reused(arrived: Arrived, tenant: string): Refused {
  return judgeEvent({ ...arrived, fault: REUSED }, tenant) as Refused;
}

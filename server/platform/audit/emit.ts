import "server-only";
import { uuidv7 } from "uuidv7";
import { canonicalJson, type JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { actorKey, type Caller } from "../actor.ts";
import type { TenantTx } from "../db/tenant-transaction.ts";
import { env } from "../env/env.ts";
import type { AuditEventDraft } from "./event.ts";
import { commitTo, sealEvent } from "./event-cipher.ts";
import { actorReference } from "./payload-cipher.ts";

/**
 * Writes one event, its payload and its place in the queue of the sequencer, in the transaction of
 * the change itself: if this fails, nothing happened (law 5). Returns the event's id.
 */
export async function emitEvent(
  tx: TenantTx,
  caller: Caller,
  draft: AuditEventDraft,
): Promise<string> {
  const { eventId, written } = await sendEvent(tx, caller, draft);
  await written;
  return eventId;
}

/**
 * The same without waiting for the row: the last statements of a transaction travel together with
 * its COMMIT, which fails when they did. Whoever calls it hands `written` to `tx.beforeCommit`.
 */
export async function sendEvent(
  tx: TenantTx,
  caller: Caller,
  draft: AuditEventDraft,
): Promise<{ eventId: string; written: Promise<unknown> }> {
  const row = eventRow(caller, draft, draft.at ?? (await clock(tx)));
  const written = tx.prepared(INSERT_EVENT, [caller.tenant, ...row]);
  return { eventId: row[0], written };
}

/** The columns of an event and its payload after the tenant, in the order of `INSERT_EVENT`. */
export function eventRow(caller: Caller, draft: AuditEventDraft, now: Date) {
  const tenant = caller.tenant;
  const eventId = draft.eventId ?? uuidv7();
  const actor = caller.actor;
  const actorRef = actorReference(tenant, actor.kind, actorKey(actor));
  const payload: JsonValue = {
    ...draft.payload,
    actor: describeActor(caller),
    requestId: caller.requestId,
  };
  const committed = commitTo(payload);
  const causedBy = draft.causedBy ?? (actor.kind === "worker" ? actor.causedBy : null);
  const outcome = draft.outcome ?? "succeeded";
  const traceparent = draft.received?.traceparent ?? caller.traceparent;
  const envelope = canonicalJson({
    specversion: "1.0",
    id: eventId,
    source: `//${env().LOG_ORIGIN}/${tenant}`,
    type: draft.type,
    subject: draft.subject,
    time: now.toISOString(),
    traceparent,
    tenant,
    principal: actorRef,
    principalkind: actor.kind,
    outcome,
    payloadcommitment: committed.commitment.toString("hex"),
    ...(causedBy ? { causationid: causedBy } : {}),
    ...(draft.received ? { receivedfrom: draft.received.from, vouchedby: actorRef } : {}),
    ...(draft.received?.occurredAt ? { occurredat: draft.received.occurredAt } : {}),
  });
  const sealed = sealEvent(tenant, { eventId, type: draft.type, at: now, envelope }, committed);
  return [
    eventId,
    draft.type,
    draft.subject,
    outcome,
    actor.kind,
    actorRef,
    traceparent.split("-")[1] ?? "",
    now,
    envelope,
    committed.commitment,
    sealed.keyId,
    sealed.ciphertext,
  ] as const;
}

/** The same for many at once: one statement, however many there are. */
export async function sendEvents(
  tx: TenantTx,
  caller: Caller,
  drafts: readonly AuditEventDraft[],
): Promise<{ written: Promise<unknown> }> {
  const at = drafts.find((draft) => draft.at)?.at ?? (await clock(tx));
  const rows = drafts.map((draft) => eventRow(caller, draft, draft.at ?? at));
  const column = (place: number) => rows.map((row) => row[place]);
  const columns = Array.from({ length: 12 }, (_, place) => column(place));
  return { written: tx.prepared(INSERT_EVENTS, [caller.tenant, ...columns]) };
}

async function clock(tx: TenantTx): Promise<Date> {
  const [row] = await tx.prepared<{ now: Date }>("SELECT clock_timestamp() AS now");
  if (!row) throw new Error("the database gave no time");
  return row.now;
}

// One statement, one round trip: event and payload stand or fall together; a trigger puts the
// event into the sequencer's queue.
const INSERT_EVENT = `
  WITH event AS (
    INSERT INTO audit_event (tenant_id, event_id, type, subject, outcome, actor_kind, actor_ref, trace_id, recorded_at, envelope, commitment)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
  )
  INSERT INTO audit_payload (tenant_id, event_id, key_id, ciphertext) VALUES ($1, $2, $12, $13)`;

const INSERT_EVENTS = `
  WITH event AS (
    INSERT INTO audit_event (tenant_id, event_id, type, subject, outcome, actor_kind, actor_ref, trace_id, recorded_at, envelope, commitment)
    SELECT $1, * FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::timestamptz[], $10::text[], $11::bytea[])
    RETURNING tenant_id, event_id
  )
  INSERT INTO audit_payload (tenant_id, event_id, key_id, ciphertext)
  SELECT $1, p.event_id, p.key_id, p.ciphertext
  FROM unnest($2::uuid[], $12::text[], $13::bytea[]) AS p (event_id, key_id, ciphertext)
  WHERE EXISTS (SELECT FROM event)`;

function describeActor({ actor }: Caller): JsonValue {
  switch (actor.kind) {
    case "user":
      return {
        kind: "user",
        issuer: actor.issuer,
        subject: actor.subject,
        name: actor.displayName,
        roles: [...actor.roles].sort(),
      };
    case "service":
      return {
        kind: "service",
        issuer: actor.issuer,
        subject: actor.subject,
        human: actor.human === "unknown" ? "unknown" : { ...actor.human },
        roles: [...actor.roles].sort(),
      };
    case "worker":
      return { kind: "worker", name: actor.name };
    case "system":
      return { kind: "system", component: actor.component };
  }
}

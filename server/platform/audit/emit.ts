import "server-only";
import { uuidv7 } from "uuidv7";
import { canonicalJson, type JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { actorKey, type Caller } from "../actor.ts";
import type { TenantTx } from "../db/tenant-transaction.ts";
import { env } from "../env/env.ts";
import type { AuditEventDraft } from "./event.ts";
import { actorReference, sealPayload } from "./payload-cipher.ts";

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
  const tenant = caller.tenant;
  const eventId = draft.eventId ?? uuidv7();
  const actor = caller.actor;
  const actorRef = actorReference(tenant, actor.kind, actorKey(actor));
  const now = draft.at ?? (await clock(tx));
  const payload: JsonValue = {
    ...draft.payload,
    actor: describeActor(caller),
    requestId: caller.requestId,
  };
  const sealed = sealPayload(tenant, eventId, payload);
  const causedBy = draft.causedBy ?? (actor.kind === "worker" ? actor.causedBy : null);
  const outcome = draft.outcome ?? "succeeded";
  const envelope = canonicalJson({
    specversion: "1.0",
    id: eventId,
    source: `//${env().LOG_ORIGIN}/${tenant}`,
    type: draft.type,
    subject: draft.subject,
    time: now.toISOString(),
    traceparent: caller.traceparent,
    tenant,
    principal: actorRef,
    principalkind: actor.kind,
    outcome,
    payloadcommitment: sealed.commitment.toString("hex"),
    ...(causedBy ? { causationid: causedBy } : {}),
  });
  const written = tx.query(INSERT_EVENT, [
    tenant,
    eventId,
    draft.type,
    draft.subject,
    outcome,
    actor.kind,
    actorRef,
    caller.traceparent.split("-")[1] ?? "",
    now,
    envelope,
    sealed.commitment,
    sealed.keyId,
    sealed.salt,
    sealed.ciphertext,
  ]);
  return { eventId, written };
}

async function clock(tx: TenantTx): Promise<Date> {
  const [row] = await tx.query<{ now: Date }>("SELECT clock_timestamp() AS now");
  if (!row) throw new Error("the database gave no time");
  return row.now;
}

// One statement, one round trip: event and payload stand or fall together; a trigger puts the
// event into the sequencer's queue.
const INSERT_EVENT = `
  WITH event AS (
    INSERT INTO audit_event (tenant_id, event_id, type, subject, outcome, actor_kind, actor_ref, trace_id, recorded_at, envelope, commitment)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    RETURNING tenant_id, event_id
  )
  INSERT INTO audit_payload (tenant_id, event_id, key_id, salt, ciphertext)
  SELECT tenant_id, event_id, $12, $13, $14 FROM event`;

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

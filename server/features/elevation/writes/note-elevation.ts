import "server-only";
import { uuidv7 } from "uuidv7";
import { displayNameOf } from "#server/features/approvals/index.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import type { VerbContext } from "#server/platform/verb.ts";

export type ElevationAct =
  | "requested"
  | "renewed"
  | "rejected"
  | "withdrawn"
  | "request-expired"
  | "refused"
  | "granted"
  | "extended"
  | "given-back"
  | "revoked"
  | "expired"
  | "activation-refused"
  | "projected"
  | "projection-gone"
  | "projection-failed";

interface Entry {
  act: ElevationAct;
  requestId?: string | null;
  grantId?: string | null;
  note?: string;
  eventId?: string;
  causedBy?: string;
  payload?: NonNullable<AuditEventDraft["payload"]>;
}

/** Writes an entry of the history, which nobody can take back, and gives the event to hand on. */
export async function noteElevation(
  { tx, tenant, actor }: Pick<VerbContext<unknown>, "tx" | "tenant" | "actor">,
  entry: Entry,
): Promise<AuditEventDraft> {
  const { act, requestId = null, grantId = null, note = "" } = entry;
  const eventId = entry.eventId ?? uuidv7();
  await tx.query(
    `INSERT INTO elevation_history (tenant_id, entry_id, request_id, grant_id, act, actor_kind, actor_name, note,
       event_id, at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, clock_timestamp())`,
    [tenant, uuidv7(), requestId, grantId, act, actor.kind, displayNameOf(actor), note, eventId],
  );
  return {
    eventId,
    type: `runtime.elevation.${act}`,
    subject: grantId ? `elevation-grant/${grantId}` : `elevation-request/${requestId}`,
    ...(entry.causedBy ? { causedBy: entry.causedBy } : {}),
    ...(FAILED.has(act) ? { outcome: "failed" as const } : {}),
    ...(DENIED.has(act) ? { outcome: "denied" as const } : {}),
    payload: { ...(requestId ? { requestId } : {}), ...entry.payload, ...(note ? { note } : {}) },
  };
}

const FAILED: ReadonlySet<ElevationAct> = new Set(["projection-failed"]);
const DENIED: ReadonlySet<ElevationAct> = new Set(["activation-refused"]);

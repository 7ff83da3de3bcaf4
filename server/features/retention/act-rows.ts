import "server-only";
import { createHash } from "node:crypto";
import { uuidv7 } from "uuidv7";
import { canonicalJson, type JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { displayNameOf, requestApproval } from "#server/features/approvals/index.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import { runVouched } from "#server/platform/run-within.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { VerbContext } from "#server/platform/verb.ts";
import type { ActKind, ActState } from "./schema.ts";

export type ActPlan = { [name: string]: JsonValue };

export interface ActRow {
  act_id: string;
  kind: ActKind;
  state: ActState;
  plan: ActPlan;
  plan_digest: Buffer;
  reason: string;
  approval_id: string | null;
  request_event_id: string;
  root_before: number | null;
  fence: string;
  attempt: number;
  told_at: Date | null;
  outcome: ActPlan | null;
}

/** The act, locked. Throws `notFound`. */
export async function lockAct(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  actId: string,
): Promise<ActRow> {
  const [row] = await tx.query<ActRow & Record<string, unknown>>(
    "SELECT * FROM retention_act WHERE tenant_id = $1 AND act_id = $2 FOR UPDATE",
    [tenant, actId],
  );
  if (!row) throw notFound("retention act");
  return row;
}

/** Throws `stale` unless the act is in this state and the turn is still the caller's. */
export async function lockTurn(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  turn: { actId: string; fence: string },
  state: ActState,
): Promise<ActRow> {
  const row = await lockAct(tx, tenant, turn.actId);
  if (row.fence !== turn.fence || row.state !== state) {
    throw new AppError("stale", "Another worker carries this out.");
  }
  return row;
}

/** A list of the plan. */
export function textsOf(row: Pick<ActRow, "plan">, name: "eventIds" | "keyIds"): string[] {
  const list = row.plan[name];
  return Array.isArray(list) ? list.filter((each) => typeof each === "string") : [];
}

export const actRef = (actId: string) => `retention-act/${actId}`;

/** What a second person is shown and approves: what is destroyed or changed, and the digest of all of it. */
export function approvedFields(
  row: Pick<ActRow, "act_id" | "kind" | "plan" | "plan_digest">,
): ActPlan {
  const { eventIds, ...shown } = row.plan;
  return {
    ...shown,
    ...(Array.isArray(eventIds) ? { events: eventIds.length } : {}),
    actId: row.act_id,
    act: row.kind,
    plan: row.plan_digest.toString("hex"),
  };
}

export function actEvent(
  row: Pick<ActRow, "act_id" | "kind" | "request_event_id">,
  what: string,
  payload: NonNullable<AuditEventDraft["payload"]>,
): AuditEventDraft {
  return {
    type: `runtime.retention.${row.kind}-${what}`,
    subject: actRef(row.act_id),
    causedBy: row.request_event_id,
    payload,
  };
}

/** Writes an act down: one that waits for a second person, or one that is due at once. */
export async function openAct(
  context: VerbContext<unknown>,
  { kind, plan, reason, asks }: { kind: ActKind; plan: ActPlan; reason: string; asks: boolean },
): Promise<{ actId: string; state: ActState; events: [AuditEventDraft, ...AuditEventDraft[]] }> {
  const { tx, tenant, actor } = context;
  const actId = uuidv7();
  const eventId = uuidv7();
  const text = canonicalJson(plan);
  const row = {
    act_id: actId,
    kind,
    plan,
    plan_digest: createHash("sha256").update(text).digest(),
    request_event_id: eventId,
  };
  const asked = asks
    ? await runVouched(requestApproval, context, {
        kind: "retention",
        subjectRef: actRef(actId),
        subject: approvedFields(row),
        reason,
      })
    : null;
  const state = asked ? "awaiting_approval" : "due";
  const approvalId = asked?.output.requestId ?? null;
  await tx.query(
    `INSERT INTO retention_act (tenant_id, act_id, kind, state, plan, plan_digest, reason, approval_id, requested_by,
       request_event_id, requested_at, due_at)
     SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, now, now FROM clock_timestamp() AS now`,
    [
      tenant,
      actId,
      kind,
      state,
      text,
      row.plan_digest,
      reason,
      approvalId,
      displayNameOf(actor),
      eventId,
    ],
  );
  const requested: AuditEventDraft = {
    eventId,
    type: `runtime.retention.${kind}-requested`,
    subject: actRef(actId),
    payload: { ...approvedFields(row), reason, ...(approvalId ? { approvalId } : {}) },
  };
  return { actId, state, events: [requested, ...(asked?.events ?? [])] };
}

import "server-only";
import type { z } from "zod";
import { isBeforePromotion, type RotationState } from "#server/engines/rotation/state-machine.ts";
import { openEvent } from "#server/platform/audit/event-cipher.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { NewHandle, OldHandle, RequestedBy, Rotator } from "./schema.ts";
import { whyNotTakenBack } from "./taking-back.ts";
import type { RotationView } from "./views.ts";

const NEWEST = 20;

interface HistoryRow {
  [column: string]: unknown;
  rotation_id: string;
  state: RotationState;
  trigger: "forced" | "scheduled" | "leaked";
  requested_by: RequestedBy;
  old_handle: OldHandle | null;
  new_handle: NewHandle | null;
  created_at: Date;
  finished_at: Date | null;
  grace_until: Date | null;
  due_at: Date;
  attempt: number;
  resume_state: RotationState | null;
  paused_at: Date | null;
  cancel_requested_at: Date | null;
  rollback_requested_at: Date | null;
  outside_window: boolean;
  rotator_kind: Rotator["kind"];
  approval_id: string | null;
  error_code: string | null;
  error_text: string | null;
  cause_event_id: string;
  key_id: string | null;
  envelope: string | null;
  salt: Buffer | null;
  ciphertext: Buffer | null;
}

interface StepRow {
  [column: string]: unknown;
  rotation_id: string;
  state_from: string;
  state_to: RotationState;
  at: Date;
  note: string;
  event_id: string;
  type: string;
  actor_kind: string;
  is_sealed: boolean;
}

/** The newest rotations of a binding, each with its steps in order and the events that tell of them. */
export async function rotationsOf(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  bindingId: string,
): Promise<z.input<typeof RotationView>[]> {
  const rotations = await tx.query<HistoryRow>(
    `SELECT r.*, b.rotator ->> 'kind' AS rotator_kind, e.envelope, p.key_id, p.salt, p.ciphertext FROM rotation r
     JOIN secret_binding b ON b.tenant_id = r.tenant_id AND b.binding_id = r.binding_id
     LEFT JOIN audit_event e ON e.tenant_id = r.tenant_id AND e.event_id = r.cause_event_id
     LEFT JOIN audit_payload p ON p.tenant_id = r.tenant_id AND p.event_id = r.cause_event_id
     WHERE r.tenant_id = $1 AND r.binding_id = $2 ORDER BY r.created_at DESC LIMIT ${NEWEST}`,
    [tenant, bindingId],
  );
  const steps = await tx.query<StepRow>(
    `SELECT s.rotation_id, s.state_from, s.state_to, s.at, s.note, s.event_id, e.type, e.actor_kind,
       EXISTS (SELECT 1 FROM audit_leaf l WHERE l.tenant_id = s.tenant_id AND l.event_id = s.event_id) AS is_sealed
     FROM rotation_step s JOIN audit_event e ON e.tenant_id = s.tenant_id AND e.event_id = s.event_id
     WHERE s.tenant_id = $1 AND s.rotation_id = ANY ($2::uuid[]) ORDER BY s.rotation_id, s.step_no`,
    [tenant, rotations.map((rotation) => rotation.rotation_id)],
  );
  return rotations.map((row) => ({
    rotationId: row.rotation_id,
    state: row.state,
    trigger: row.trigger,
    requestedBy: row.requested_by,
    reason: reasonOf(tenant, row),
    oldHandle: row.old_handle,
    newHandle: row.new_handle,
    createdAt: row.created_at,
    finishedAt: row.finished_at,
    graceUntil: row.grace_until,
    retryAt: row.attempt > 0 && !row.finished_at ? row.due_at : null,
    pausedAt: row.paused_at,
    isCancelled: row.cancel_requested_at !== null,
    isTakenBack: row.rollback_requested_at !== null,
    isOutsideWindow: row.outside_window,
    approvalId: row.approval_id,
    may: mayBeDone(row),
    attempt: row.attempt,
    errorCode: row.error_code,
    errorText: row.error_text,
    steps: steps.filter((step) => step.rotation_id === row.rotation_id).map(toStep),
  }));
}

function mayBeDone(row: HistoryRow) {
  const isOpen = row.finished_at === null;
  const isBefore = isBeforePromotion(row.state, row.resume_state);
  return {
    cancel: isOpen && isBefore && row.cancel_requested_at === null,
    rollBack:
      row.state === "grace" &&
      row.rollback_requested_at === null &&
      row.trigger !== "leaked" &&
      whyNotTakenBack(row.rotator_kind) === null,
    pause: isOpen && row.paused_at === null && row.state !== "awaiting_approval",
    resume: isOpen && row.paused_at !== null,
  };
}

function toStep(row: StepRow): z.input<typeof RotationView>["steps"][number] {
  return {
    from: row.state_from === "" ? null : (row.state_from as RotationState),
    state: row.state_to,
    at: row.at,
    note: row.note,
    eventId: row.event_id,
    eventType: row.type,
    actorKind: row.actor_kind,
    isSealed: row.is_sealed,
  };
}

/** Why it was asked for, unless the reason was erased or can't be read any more. */
function reasonOf(tenant: AuthorizedTenantId, row: HistoryRow): string | null {
  const { cause_event_id: event_id, envelope, key_id, salt, ciphertext } = row;
  if (!envelope || !key_id || !ciphertext) return null;
  try {
    const opened = openEvent(tenant, { event_id, envelope, key_id, salt, ciphertext });
    const payload = opened.payload as { reason?: unknown } | null;
    return typeof payload?.reason === "string" ? payload.reason : null;
  } catch {
    return null;
  }
}

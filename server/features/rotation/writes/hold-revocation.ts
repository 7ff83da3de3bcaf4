import "server-only";
import { uuidv7 } from "uuidv7";
import { z } from "zod";
import {
  HOLD_CODES,
  type RevocationGate,
  reasonsToHold,
  revocationGate,
  secondsToHold,
} from "#server/engines/rotation/revocation-gate.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { lastTold } from "../consumers/last-told.ts";
import { revocationFacts } from "../consumers/revocation-facts.ts";
import type { RotationRow } from "../rotation-rows.ts";
import { addStep } from "./add-step.ts";

/**
 * Keeps a rotation in grace while its old value is in use, or while nobody can tell; null when
 * nothing holds it. The grace is extended, the reason is shown, and it is looked at again by itself.
 * The event is there when the log has news: it begins to be held, its reasons are others, or the last was an hour ago.
 */
export async function holdRevocation(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  rotation: RotationRow,
): Promise<{ event: AuditEventDraft | null } | null> {
  const gate = revocationGate(await revocationFacts(tx, tenant, rotation));
  if (gate.kind === "open") return null;
  const { rotation_id: rotationId } = rotation;
  const isTold = await saidTheSame(tx, tenant, rotation, gate);
  const errorText = wordsFor(gate);
  const [held] = await tx.query<{ grace_seconds: number }>(
    "SELECT grace_seconds FROM rotation WHERE tenant_id = $1 AND rotation_id = $2",
    [tenant, rotationId],
  );
  await tx.query(
    `UPDATE rotation SET error_code = $3, error_text = $4, lease_until = NULL, lease_owner = NULL,
       intent = NULL, due_at = clock_timestamp() + make_interval(secs => $5),
       grace_until = clock_timestamp() + make_interval(secs => $5), updated_at = clock_timestamp()
     WHERE tenant_id = $1 AND rotation_id = $2`,
    [tenant, rotationId, gate.code, errorText, secondsToHold(held?.grace_seconds ?? 0)],
  );
  const [before] = await tx.query<{ held_code: string | null }>(
    "SELECT held_code FROM rotation_watch WHERE tenant_id = $1 AND rotation_id = $2 FOR UPDATE",
    [tenant, rotationId],
  );
  await tx.query(
    `INSERT INTO rotation_watch AS w (tenant_id, rotation_id, due_at, held_since, held_code)
     VALUES ($1, $2, clock_timestamp(), clock_timestamp(), $3)
     ON CONFLICT (tenant_id, rotation_id) DO UPDATE SET held_code = excluded.held_code,
       held_since = coalesce(w.held_since, excluded.held_since)`,
    [tenant, rotationId, gate.code],
  );
  if (isTold) return { event: null };
  const eventId = uuidv7();
  await tx.query(
    `UPDATE rotation_watch SET held_event_id = $3, held_told_at = clock_timestamp()
     WHERE tenant_id = $1 AND rotation_id = $2`,
    [tenant, rotationId, eventId],
  );
  if (before?.held_code !== gate.code) {
    const step = { rotationId, from: "grace", to: "grace", eventId };
    await addStep(tx, tenant, { ...step, note: errorText });
  }
  const event: AuditEventDraft = {
    eventId,
    type: "runtime.secrets.revocation-held",
    subject: `secret-binding/${rotation.binding_id}`,
    outcome: "failed",
    causedBy: rotation.cause_event_id,
    payload: {
      rotationId,
      errorCode: gate.code,
      errorText,
      notMoved: gate.notMoved,
      unknown: gate.unknown,
      uses: gate.uses,
    },
  };
  return { event };
}

const Said = z.object({
  errorCode: z.enum(HOLD_CODES),
  notMoved: z.number(),
  unknown: z.number(),
  uses: z.number(),
});

/** Whether the log says already that it is held for these reasons, and nothing else went wrong since. */
async function saidTheSame(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  rotation: RotationRow,
  gate: RevocationGate & { kind: "held" },
): Promise<boolean> {
  if (rotation.error_code !== gate.code) return false;
  const last = await lastTold(tx, tenant, rotation.rotation_id, "held");
  const said = Said.safeParse(last?.payload).data;
  return (
    said !== undefined && reasonsToHold({ ...said, code: said.errorCode }) === reasonsToHold(gate)
  );
}

function wordsFor(gate: RevocationGate & { kind: "held" }): string {
  if (gate.code === "consumers_unknown") {
    return `It can't be told whether the old value is still used: ${gate.unknown} of what uses it is unknown.`;
  }
  const parts = [
    gate.notMoved > 0 ? `${gate.notMoved} consumers have not moved` : "",
    gate.uses > 0 ? `the target counts ${gate.uses} uses of it` : "",
    gate.unknown > 0 ? `${gate.unknown} are unknown` : "",
  ].filter(Boolean);
  return `The old value is still in use: ${parts.join(", ")}.`;
}

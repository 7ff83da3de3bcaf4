import "server-only";
import type { JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { secondsToNextLook } from "#server/engines/rotation/revocation-gate.ts";
import { raiseAlert } from "#server/features/alerts/index.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import { runWithin } from "#server/platform/run-within.ts";
import { audited, unchanged, type VerbContext, verb } from "#server/platform/verb.ts";
import { requireWorker } from "../held-rotation.ts";
import { leakedRole, leasesOf } from "../leaks/leaked-logins.ts";
import { lockWithRotation } from "../leaks/lock-with-rotation.ts";
import { LeakPursued, PursueLeakInput } from "../leaks/schema.ts";
import type { BindingRow, RotationRow } from "../rotation-rows.ts";
import { answerLeak } from "../writes/answer-leak.ts";

interface IncidentRow {
  [column: string]: unknown;
  incident_id: string;
  binding_id: string;
  rotation_id: string | null;
  state: "open" | "contained" | "closed";
  event_id: string;
  alert_id: string | null;
  is_due: boolean;
  open_seconds: number;
}

/**
 * Looks after an incident: tells the people on watch once (P1), and as long as the leaked value is
 * not proved dead sees to it that a rotation is under way. A contained one is asked about once more.
 */
export const pursueLeak = verb({
  name: "rotation.pursueLeak",
  scope: "runtime.incidents.pursue",
  input: PursueLeakInput,
  output: LeakPursued,
  async run(context) {
    const { tx, tenant, actor, input } = context;
    requireWorker(actor);
    const found = await incidentOf(context, input.incidentId, false);
    if (!found) throw notFound("leak incident");
    if (!found.is_due || found.state === "closed") return unchanged({ ask: null });
    const { binding, open } = await lockWithRotation(tx, tenant, found.binding_id);
    const incident = await incidentOf(context, input.incidentId, true);
    if (!incident?.is_due || incident.state === "closed") return unchanged({ ask: null });
    const isContained = incident.state === "contained";
    const events: AuditEventDraft[] = [];
    const again = isContained ? null : await answerAgain(context, incident, binding, open);
    events.push(...(again?.events ?? []));
    const rotationId = again?.rotationId ?? incident.rotation_id;
    const alerted = incident.alert_id
      ? null
      : await runWithin(raiseAlert, context, alertOf(incident, binding, open));
    events.push(...(alerted?.events ?? []));
    await tx.query(
      `UPDATE leak_incident SET rotation_id = $3, alert_id = $4,
         pursue_at = CASE WHEN $5 THEN NULL ELSE clock_timestamp() + make_interval(secs => $6) END
       WHERE tenant_id = $1 AND incident_id = $2`,
      [
        tenant,
        incident.incident_id,
        rotationId,
        alerted?.output.alertId ?? incident.alert_id,
        isContained,
        secondsToNextLook(incident.open_seconds),
      ],
    );
    const { store, path, rotator } = binding;
    const role = await leakedRole(context, rotationId, rotator);
    const leases = await leasesOf(context, binding);
    return audited(
      { ask: { store, path, rotator, role, leases, isContained } },
      {
        type: "runtime.incidents.pursued",
        subject: `leak-incident/${incident.incident_id}`,
        causedBy: incident.event_id,
        payload: { incidentId: incident.incident_id, rotationId, isContained } as Record<
          string,
          JsonValue
        >,
      },
      ...events,
    );
  },
});

/** A rotation that ended without the proof, or was never opened, is followed by another. */
async function answerAgain(
  context: VerbContext<unknown>,
  incident: IncidentRow,
  binding: BindingRow,
  open: RotationRow | undefined,
) {
  const isAnswered = open?.trigger === "leaked" && open.rotation_id === incident.rotation_id;
  // At most one a look: the looks grow apart while the incident stays open.
  if (isAnswered) return null;
  const reason = "The leaked value is not proved dead yet.";
  return answerLeak(context, binding, open, { reason, eventId: incident.event_id });
}

function alertOf(incident: IncidentRow, binding: BindingRow, open: RotationRow | undefined) {
  const waits = open?.state === "awaiting_approval" && !open.approved_at;
  const next = !incident.rotation_id
    ? "The console can't rotate it: a person must, now."
    : waits
      ? "Its rotation waits for the approval of a second security officer: approve it now."
      : "It is rotated at once, and the leaked value is ended without grace.";
  return {
    kind: "secret-leaked",
    severity: "critical" as const,
    subjectRef: `leak-incident/${incident.incident_id}`,
    detail: `P1: the value of ${binding.name} (${binding.environment}) leaked. ${next}`,
    eventId: incident.event_id,
  };
}

async function incidentOf({ tx, tenant }: VerbContext<unknown>, incidentId: string, lock: boolean) {
  const [row] = await tx.query<IncidentRow>(
    `SELECT incident_id, binding_id, rotation_id, state, event_id, alert_id,
       coalesce(pursue_at <= clock_timestamp(), false) AS is_due,
       extract(epoch FROM clock_timestamp() - opened_at)::float8 AS open_seconds
     FROM leak_incident WHERE tenant_id = $1 AND incident_id = $2${lock ? " FOR UPDATE" : ""}`,
    [tenant, incidentId],
  );
  return row;
}

import "server-only";
import { uuidv7 } from "uuidv7";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { CloseIncidentInput, IncidentClosed } from "../leaks/schema.ts";
import { lockBinding } from "../rotation-rows.ts";
import { requestedBy } from "../writes/requested-by.ts";

/**
 * Closes an incident with what was found. While the leaked value is not proved dead by the console,
 * only with how a person proved it.
 */
export const closeIncident = verb({
  name: "rotation.closeIncident",
  scope: "runtime.incidents.manage",
  input: CloseIncidentInput,
  output: IncidentClosed,
  async run({ tx, tenant, actor, input }) {
    const { incidentId } = input;
    const [found] = await tx.query<{ binding_id: string }>(
      "SELECT binding_id FROM leak_incident WHERE tenant_id = $1 AND incident_id = $2",
      [tenant, incidentId],
    );
    if (!found) throw notFound("leak incident");
    await lockBinding(tx, tenant, found.binding_id);
    const [incident] = await tx.query<{ state: string; event_id: string }>(
      "SELECT state, event_id FROM leak_incident WHERE tenant_id = $1 AND incident_id = $2 FOR UPDATE",
      [tenant, incidentId],
    );
    if (!incident || incident.state === "closed") {
      return unchanged({ incidentId, state: "closed" as const });
    }
    const isProved = incident.state === "contained";
    if (!isProved && !input.proofByHand) {
      throw new AppError("conflict", "proofByHand: the leaked value is not proved dead yet", {
        said: { key: "rotation.notProvedDead" },
        field: "proofByHand",
        remedy: "Wait for the proof, or say how a person proved that the value is dead.",
      });
    }
    const eventId = uuidv7();
    await tx.query(
      `UPDATE leak_incident SET state = 'closed', closed_at = clock_timestamp(), closed_by = $3,
         close_event_id = $4, pursue_at = NULL WHERE tenant_id = $1 AND incident_id = $2`,
      [tenant, incidentId, JSON.stringify(requestedBy(actor)), eventId],
    );
    await tx.query(
      `UPDATE secret_binding SET leaked_at = NULL, updated_at = clock_timestamp()
       WHERE tenant_id = $1 AND binding_id = $2 AND NOT EXISTS (
         SELECT FROM leak_incident i WHERE i.tenant_id = $1 AND i.binding_id = $2 AND i.state = 'open')`,
      [tenant, found.binding_id],
    );
    return audited(
      { incidentId, state: "closed" as const },
      {
        eventId,
        type: "runtime.incidents.closed",
        subject: `leak-incident/${incidentId}`,
        causedBy: incident.event_id,
        payload: {
          incidentId,
          bindingId: found.binding_id,
          findings: input.findings,
          isProved,
          ...(input.proofByHand ? { proofByHand: input.proofByHand } : {}),
        },
      },
    );
  },
});

import "server-only";
import { uuidv7 } from "uuidv7";
import { z } from "zod";
import type { JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { requireWorker } from "../held-rotation.ts";
import { RecordIncidentSourcesInput } from "../leaks/schema.ts";

/**
 * Notes who could read a leaked value and who used it, as each source told, or that a source could
 * not be asked. Names go into the erasable payload; the table keeps counts.
 */
export const recordIncidentSources = verb({
  name: "rotation.recordIncidentSources",
  scope: "runtime.incidents.pursue",
  input: RecordIncidentSourcesInput,
  output: z.object({ noted: z.number().int() }),
  async run({ tx, tenant, actor, input }) {
    requireWorker(actor);
    const { incidentId, answers } = input;
    const [incident] = await tx.query<{ state: string; event_id: string }>(
      "SELECT state, event_id FROM leak_incident WHERE tenant_id = $1 AND incident_id = $2",
      [tenant, incidentId],
    );
    if (!incident) throw notFound("leak incident");
    if (incident.state === "closed") return unchanged({ noted: 0 });
    const eventId = uuidv7();
    for (const { source, state, reason, findings } of answers) {
      await tx.query(
        `INSERT INTO incident_source AS s (tenant_id, incident_id, source, state, reason, found, looked_at, event_id)
         VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp(), $7)
         ON CONFLICT (tenant_id, incident_id, source) DO UPDATE SET state = excluded.state, reason = excluded.reason,
           found = excluded.found, looked_at = excluded.looked_at, event_id = excluded.event_id
         -- What was once read is not unlearned when the source is away later.
         WHERE excluded.state = 'read' OR s.state = 'unknown'`,
        [tenant, incidentId, source, state, reason, findings.length, eventId],
      );
    }
    return audited(
      { noted: answers.length },
      {
        eventId,
        type: "runtime.incidents.sources-asked",
        subject: `leak-incident/${incidentId}`,
        causedBy: incident.event_id,
        payload: { incidentId, answers: answers as unknown as JsonValue },
      },
    );
  },
});

import "server-only";
import { pursueLeak } from "#server/features/rotation/verbs/pursue-leak.ts";
import { recordIncidentSources } from "#server/features/rotation/verbs/record-incident-sources.ts";
import type { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import { env } from "#server/platform/env/env.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { askSources } from "../incidents/ask-sources.ts";
import { againOnConflict } from "./again-on-conflict.ts";
import { type DueKey, eachDue } from "./each-due.ts";

const BATCH = 20;
const SCOPES = [
  "runtime.incidents.pursue",
  "runtime.alerts.raise",
  "runtime.approvals.request",
] as const;

/** Looks after open leak incidents, and asks who could read the value. Gives how many. */
export function pursueIncidents(vault: OpenBaoClient): Promise<number> {
  return eachDue<DueKey>("app.due_incidents($1)", [BATCH], async ({ tenant_id, id }) => {
    const caller = workerCaller({ tenantId: tenant_id, name: "incidents", scopes: SCOPES });
    const { ask } = await againOnConflict(() => runVerb(pursueLeak, caller, { incidentId: id }));
    if (!ask) return;
    const answers = await askSources(vault, ask, env().OPENBAO_AUDIT_FILE);
    await runVerb(recordIncidentSources, caller, { incidentId: id, answers });
  });
}

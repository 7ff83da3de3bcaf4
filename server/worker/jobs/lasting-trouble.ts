import "server-only";
import { tellOverdue } from "#server/features/rotation/verbs/tell-overdue.ts";
import { tellStuck } from "#server/features/rotation/verbs/tell-stuck.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { type DueKey, eachDue } from "./each-due.ts";

const BATCH = 100;
const SCOPES = ["runtime.rotations.execute", "runtime.alerts.raise"] as const;

export interface Patience {
  /** Minutes that a rotation may be in doubt before people are told. */
  doubtMinutes: number;
  /** Minutes that one may meet trouble at every attempt. */
  troubleMinutes: number;
}

/** Tells people of what lasts: credentials past their limit, rotations that come no further. */
export async function tellLastingTrouble(patience: Patience): Promise<number> {
  const callerOf = (tenantId: string) =>
    workerCaller({ tenantId, name: "lasting-trouble", scopes: SCOPES });
  const overdue = await eachDue("app.tenants_with_overdue()", [], async ({ tenant_id }) => {
    await runVerb(tellOverdue, callerOf(tenant_id), {});
  });
  const limits = [BATCH, patience.doubtMinutes * 60, patience.troubleMinutes * 60];
  const stuck = await eachDue<DueKey>("app.stuck_rotations($1, $2, $3)", limits, async (due) => {
    await runVerb(tellStuck, callerOf(due.tenant_id), { rotationId: due.id });
  });
  return overdue + stuck;
}

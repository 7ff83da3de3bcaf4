import "server-only";
import { raiseAlert } from "#server/features/alerts/index.ts";
import { noteLag } from "#server/features/delivery/index.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { type DueKey, eachDue } from "../jobs/each-due.ts";

const BATCH = 200;
const SCOPES = ["runtime.delivery.execute", "runtime.alerts.raise"] as const;

/** Tells people of each sink that is behind for longer than is borne, once until it has caught up. */
export function tellLag(mostSeconds: number): Promise<number> {
  return eachDue<DueKey & { lag_seconds: number }>(
    "app.sinks_to_tell($1, $2)",
    [mostSeconds, BATCH],
    async ({ tenant_id: tenantId, id, lag_seconds: lagSeconds }) => {
      const caller = workerCaller({ tenantId, name: "delivery", scopes: SCOPES });
      const { isNew, name } = await runVerb(noteLag, caller, {
        sinkId: id,
        lagSeconds,
        mostSeconds,
      });
      if (!isNew) return;
      await runVerb(raiseAlert, caller, {
        kind: "sink-lagging",
        severity: "warning",
        subjectRef: `sink/${id}`,
        detail: `The sink ${name} is ${Math.round(lagSeconds / 60)} minutes behind the audit log. See on the Delivery page what stands in its way.`,
      });
    },
  );
}

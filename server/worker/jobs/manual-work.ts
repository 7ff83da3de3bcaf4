import "server-only";
import { remindManualRotation } from "#server/features/rotation/verbs/remind-manual-rotation.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { eachDue } from "./each-due.ts";

const BATCH = 100;
const SCOPES = ["runtime.rotations.execute", "runtime.alerts.raise"] as const;

/** Reminds of what has to be done by hand. Gives how many credentials it looked at. */
export function remindOfManualWork(): Promise<number> {
  return eachDue<{ tenant_id: string; id: string }>(
    "app.manual_work_due($1)",
    [BATCH],
    async ({ tenant_id: tenantId, id: bindingId }) => {
      const caller = workerCaller({ tenantId, name: "manual-work", scopes: SCOPES });
      await runVerb(remindManualRotation, caller, { bindingId });
    },
  );
}

import "server-only";
import { startScheduledRotation } from "#server/features/rotation/verbs/start-scheduled-rotation.ts";
import { findDueKeys } from "#server/platform/db/tenant-transaction.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { logger } from "#server/platform/telemetry/logger.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { every } from "./every.ts";

const POLL_MILLIS = 2_000;
const BATCH = 50;

/** Starts the rotation of each credential whose time has come, until the signal aborts. */
export async function bindingsLoop(signal: AbortSignal): Promise<void> {
  await every(POLL_MILLIS, signal, startDue, (err) => {
    logger.error({ err }, "due credentials could not be read");
  });
}

async function startDue(): Promise<void> {
  const due = await findDueKeys<{ tenant_id: string; id: string }>("app.due_bindings($1)", [BATCH]);
  for (const { tenant_id: tenantId, id: bindingId } of due) {
    const caller = workerCaller({
      tenantId,
      name: "rotation-schedule",
      scopes: ["runtime.rotations.execute", "runtime.secrets.rotate", "runtime.approvals.request"],
    });
    try {
      await runVerb(startScheduledRotation, caller, { bindingId });
    } catch (error) {
      // One refused credential must not keep the others waiting.
      const isOrdinary = error instanceof AppError && error.code === "conflict";
      const line = { tenant: tenantId, bindingId, err: error };
      if (!isOrdinary) logger.error(line, "a due credential could not be rotated");
    }
  }
}

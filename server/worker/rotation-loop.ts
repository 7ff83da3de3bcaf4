import "server-only";
import type { PgBoss } from "pg-boss";
import { findDueKeys } from "#server/platform/db/tenant-transaction.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { logger } from "#server/platform/telemetry/logger.ts";
import { every } from "./every.ts";
import { WAKE_ROTATION, type Wake } from "./queue.ts";
import { LeaseEndingError } from "./rotation/outside.ts";
import { type RotationDependencies, runRotation } from "./rotation/run-rotation.ts";

const POLL_MILLIS = 250;
const BATCH = 100;
const AT_ONCE = 4;

type DueRow = { tenant_id: string; id: string };

/** Wakes and runs due rotations until the signal aborts; ends when those under way have ended. */
export async function rotationLoop(
  boss: PgBoss,
  dependencies: RotationDependencies,
  signal: AbortSignal,
): Promise<void> {
  const { mostPerTarget } = dependencies;
  const underWay = new Set<string>();
  const options = { pollingIntervalSeconds: 0.5, localConcurrency: AT_ONCE };
  await boss.work<Wake>(WAKE_ROTATION, options, async ([job]) => {
    if (!job || signal.aborted || underWay.has(job.data.id)) return;
    const { tenantId, id } = job.data;
    underWay.add(id);
    try {
      await runRotation(dependencies, { tenantId, rotationId: id });
    } catch (error) {
      logFailure(error, job.data);
    } finally {
      underWay.delete(id);
    }
  });
  const wakeDue = async () => {
    const due = await findDueKeys<DueRow>("app.due_rotations($1, $2)", [BATCH, mostPerTarget]);
    for (const { tenant_id: tenantId, id } of due) {
      if (underWay.has(id)) continue;
      await boss.send(WAKE_ROTATION, { tenantId, id } satisfies Wake, { singletonKey: id });
    }
  };
  await every(POLL_MILLIS, signal, wakeDue, (err) => {
    logger.error({ err }, "due rotations could not be read");
  });
}

/** Losing a lease is ordinary: whoever holds it now goes on. */
function logFailure(error: unknown, { tenantId, id }: Wake): void {
  const isLost =
    error instanceof LeaseEndingError || (error instanceof AppError && error.code === "stale");
  const line = { tenant: tenantId, rotationId: id, err: error };
  if (isLost) logger.warn(line, "a rotation's lease was lost");
  else logger.error(line, "a rotation could not go on");
}

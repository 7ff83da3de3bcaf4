import "server-only";
import type { PgBoss } from "pg-boss";
import { findDueKeys } from "#server/platform/db/tenant-transaction.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { logger } from "#server/platform/telemetry/logger.ts";
import { WAKE_ROTATION, type Wake } from "./queue.ts";
import { LeaseEndingError } from "./rotation/outside.ts";
import { type RotationDependencies, runRotation } from "./rotation/run-rotation.ts";
import { SlotPool } from "./slot-pool.ts";

const POLL_MILLIS = 250;
const LONGEST_PAUSE_MILLIS = 30_000;
const BATCH = 100;
const AT_ONCE = 4;

type DueRow = { tenant_id: string; id: string };

/**
 * Runs due rotations, a few at once, until the signal aborts; ends when those under way have ended.
 * The rows say what is due: the queue only wakes a replica that has room before its next look.
 */
export async function rotationLoop(
  boss: PgBoss,
  dependencies: RotationDependencies,
  signal: AbortSignal,
): Promise<void> {
  const pool = new SlotPool(AT_ONCE, signal);
  const options = { pollingIntervalSeconds: 0.5 };
  await boss.work<Wake>(WAKE_ROTATION, options, async () => pool.wake());
  const run = async ({ tenant_id: tenantId, id }: DueRow) => {
    try {
      await runRotation(dependencies, { tenantId, rotationId: id });
    } catch (error) {
      logFailure(error, { tenantId, id });
    }
  };
  let failures = 0;
  while (!signal.aborted) {
    let left = 0;
    try {
      left = await startDue(pool, run, dependencies.mostPerTarget);
      if (left > 0) await wakeOthers(boss);
      failures = 0;
    } catch (err) {
      failures += 1;
      logger.error({ err }, "due rotations could not be read");
    }
    const pause = Math.min(POLL_MILLIS * 2 ** Math.min(failures, 7), LONGEST_PAUSE_MILLIS);
    await pool.idle(pause);
  }
  await pool.drained();
}

/**
 * Keeps every slot busy with what was due a moment ago. Replicas take from the same list, so each
 * takes in an order of its own; a claim that comes second changes nothing. Gives how many were left
 * when the list was read.
 */
async function startDue(
  pool: SlotPool,
  run: (row: DueRow) => Promise<void>,
  mostPerTarget: number,
): Promise<number> {
  await pool.free();
  const found = await findDueKeys<DueRow>("app.due_rotations($1, $2)", [BATCH, mostPerTarget]);
  const due = found.filter(({ id }) => !pool.has(id));
  const left = Math.max(0, due.length - pool.freeCount);
  shuffle(due);
  const readAt = performance.now();
  for (const row of due) {
    await pool.free();
    if (pool.isOver || performance.now() - readAt > POLL_MILLIS) break;
    pool.start(row.id, () => run(row));
  }
  // Something was taken: whatever became due meanwhile is looked for at once.
  if (due.length > 0) pool.wake();
  return left;
}

/** One waiting wake-up for everybody is enough. */
async function wakeOthers(boss: PgBoss): Promise<void> {
  await boss.send(WAKE_ROTATION, {} satisfies Wake, { singletonKey: "due" });
}

function shuffle<T>(list: T[]): void {
  for (let at = list.length - 1; at > 0; at--) {
    const other = Math.floor(Math.random() * (at + 1));
    [list[at], list[other]] = [list[other] as T, list[at] as T];
  }
}

/** Losing a lease is ordinary: whoever holds it now goes on. */
function logFailure(error: unknown, { tenantId, id }: { tenantId: string; id: string }): void {
  const isLost =
    error instanceof LeaseEndingError || (error instanceof AppError && error.code === "stale");
  const line = { tenant: tenantId, rotationId: id, err: error };
  if (isLost) logger.warn(line, "a rotation's lease was lost");
  else logger.error(line, "a rotation could not go on");
}

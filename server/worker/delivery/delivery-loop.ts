import "server-only";
import { findDueKeys } from "#server/platform/db/tenant-transaction.ts";
import { logger } from "#server/platform/telemetry/logger.ts";
import { SlotPool } from "../slot-pool.ts";
import { type Delivering, deliverCursor } from "./deliver-cursor.ts";

const POLL_MILLIS = 500;
const LONGEST_PAUSE_MILLIS = 30_000;
const BATCH = 200;
const AT_ONCE = 16;

type Due = { tenant_id: string; id: string };

/**
 * Delivers what is due until the signal aborts, each cursor in a slot of its own: one that hangs holds
 * up no other. Ends when what is under way was noted.
 */
export async function deliveryLoop(delivering: Delivering): Promise<void> {
  const { signal, sinks } = delivering;
  const pool = new SlotPool(AT_ONCE, signal);
  let failures = 0;
  while (!signal.aborted) {
    try {
      await startDue(pool, delivering);
      failures = 0;
    } catch (err) {
      failures += 1;
      logger.error({ err }, "due deliveries could not be read");
    }
    await sinks.sweep((cursorId) => pool.has(cursorId));
    await pool.idle(Math.min(POLL_MILLIS * 2 ** Math.min(failures, 6), LONGEST_PAUSE_MILLIS));
  }
  await pool.drained();
  await sinks.close();
}

async function startDue(pool: SlotPool, delivering: Delivering): Promise<void> {
  const due = await findDueKeys<Due>("app.due_sink_cursors($1)", [BATCH]);
  for (const { tenant_id: tenantId, id } of due) {
    if (pool.has(id)) continue;
    await pool.free();
    if (pool.isOver) return;
    pool.start(id, async () => {
      try {
        await deliverCursor({ tenantId, cursorId: id }, delivering);
      } catch (err) {
        await delivering.sinks.drop(id);
        logger.error({ err, tenant: tenantId, cursorId: id }, "a delivery failed");
      }
    });
  }
}

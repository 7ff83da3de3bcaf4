import "server-only";
import { findDueKeys } from "#server/platform/db/tenant-transaction.ts";
import { logger } from "#server/platform/telemetry/logger.ts";

/** A row that is due: keys only (law 13). */
export interface DueKey {
  tenant_id: string;
  id: string;
}

const AT_ONCE = 8;

/**
 * Does something for each due key, a few at once, and gives how many succeeded. One that fails is
 * logged and holds up no other: it is still due the next time.
 */
export async function eachDue<Key extends { tenant_id: string }>(
  functionCall: string,
  params: readonly unknown[],
  act: (due: Key) => Promise<void>,
): Promise<number> {
  return eachOf(await findDueKeys<Key>(functionCall, params), functionCall, act);
}

/** The same for keys that were found otherwise; `job` names them in the log. */
export async function eachOf<Key extends { tenant_id: string }>(
  keys: readonly Key[],
  job: string,
  act: (due: Key) => Promise<void>,
): Promise<number> {
  const due = [...keys];
  let done = 0;
  const next = async (): Promise<void> => {
    for (let key = due.shift(); key; key = due.shift()) {
      try {
        await act(key);
        done += 1;
      } catch (err) {
        logger.error({ err, tenant: key.tenant_id, job }, "due work failed");
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
  return done;
}

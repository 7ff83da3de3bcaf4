import "server-only";
import { checkLogKey, runSealer } from "#server/features/audit/index.ts";
import { logger } from "#server/platform/telemetry/logger.ts";

/**
 * Seals every tenant's log until the signal aborts; resolves when the pass under way is done.
 * Throws at once when the log's signing key can't be read. Polls, since an event must not wait
 * for a queue to notice it: the sealing lag is what auditors see.
 */
export async function startSealing(signal: AbortSignal): Promise<void> {
  checkLogKey();
  await runSealer({
    signal,
    onSealed: (tenant, events) => logger.debug({ tenant, events }, "events sealed"),
    onError: (error, tenant) =>
      logger.error({ tenant, err: error }, "sealing failed; it will be tried again"),
  });
}

import "server-only";
import { setTimeout as delay } from "node:timers/promises";
import { findDueKeys } from "#server/platform/db/tenant-transaction.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { checkLogKey } from "./log-key.ts";
import { sealPendingAudit } from "./seal-pending-audit.ts";

export interface SealerOptions {
  /** Stops the loop after the pass under way. */
  signal: AbortSignal;
  /** Milliseconds between two looks at an idle queue. */
  pollMillis?: number;
  /** Milliseconds a tenant is left alone after a failure; doubled with each one, up to 30 s. */
  retryMillis?: number;
  /** Told of each failure; `tenant` is absent when the queue itself could not be read. */
  onError(error: unknown, tenant?: string): void;
  /** Told of each sealed batch. */
  onSealed?(tenant: string, events: number): void;
}

const MAX_RETRY_MILLIS = 30_000;

/**
 * Seals every tenant's waiting events until the signal aborts. Any number of replicas may run it.
 * A tenant whose log fails is retried on its own schedule and holds up no other. Throws at once when
 * the signing key can't be read. Polls, since the sealing lag is what auditors see.
 */
export async function runSealer(options: SealerOptions): Promise<void> {
  const { signal, pollMillis = 50 } = options;
  checkLogKey();
  const pauses = new Map<string, Pause>();
  while (!signal.aborted) {
    const isBusy = await sealOnce(options, pauses);
    if (!isBusy) await delay(pollMillis, undefined, { signal }).catch(() => undefined);
  }
}

interface Pause {
  until: number;
  millis: number;
}

/** One look at every tenant that waits. Gives whether some tenant had more than one batch. */
async function sealOnce(options: SealerOptions, pauses: Map<string, Pause>): Promise<boolean> {
  let waiting: string[];
  try {
    const rows = await findDueKeys<{ tenant_id: string }>("app.tenants_with_pending_audit()");
    waiting = rows.map((row) => row.tenant_id);
  } catch (error) {
    options.onError(error);
    return false;
  }
  let isBusy = false;
  for (const tenant of waiting) {
    if (options.signal.aborted) return false;
    // Monotonic, and of this process only: it paces retries and decides nothing (law 8).
    if ((pauses.get(tenant)?.until ?? 0) > performance.now()) continue;
    try {
      const batch = await sealPendingAudit(enter(tenant));
      pauses.delete(tenant);
      if (batch && batch.sealed > 0) options.onSealed?.(tenant, batch.sealed);
      isBusy ||= batch?.isFull === true;
    } catch (error) {
      const previous = pauses.get(tenant)?.millis;
      const millis = Math.min(
        previous ? previous * 2 : (options.retryMillis ?? 500),
        MAX_RETRY_MILLIS,
      );
      pauses.set(tenant, { until: performance.now() + millis, millis });
      options.onError(error, tenant);
    }
  }
  return isBusy;
}

/** The worker enters the context of the row it found (law 13); sealing asks for no scope. */
function enter(tenantId: string) {
  return workerCaller({ tenantId, name: "audit-sequencer", scopes: [] }).tenant;
}

import "server-only";
import { setTimeout as delay } from "node:timers/promises";
import { findDueKeys } from "#server/platform/db/tenant-transaction.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { indexTenant, tidyIndex } from "./index-tenant.ts";

export interface IndexerOptions {
  /** Stops the loop after the pass under way. */
  signal: AbortSignal;
  /** Milliseconds between two looks. */
  pollMillis?: number;
  onError(error: unknown, tenant?: string): void;
}

const TIDY_MILLIS = 30_000;

/**
 * Keeps every tenant's search index up with its sealed log until the signal aborts. Any number of
 * replicas may run it; one of them holds a tenant at a time.
 */
export async function runIndexer({
  signal,
  pollMillis = 250,
  onError,
}: IndexerOptions): Promise<void> {
  const tidied = new Map<string, number>();
  while (!signal.aborted) {
    let isBusy = false;
    try {
      const rows = await findDueKeys<{ tenant_id: string }>("app.tenants_to_index()");
      for (const { tenant_id: tenantId } of rows) {
        if (signal.aborted) return;
        const covered = await indexOne(tenantId, { tidied, onError });
        isBusy ||= covered >= 256;
      }
    } catch (error) {
      onError(error);
    }
    if (!isBusy) await delay(pollMillis, undefined, { signal }).catch(() => undefined);
  }
}

async function indexOne(
  tenantId: string,
  { tidied, onError }: { tidied: Map<string, number> } & Pick<IndexerOptions, "onError">,
): Promise<number> {
  try {
    // The worker enters the context of the row it found (law 13); indexing asks for no scope.
    const { tenant } = workerCaller({ tenantId, name: "audit-indexer", scopes: [] });
    const covered = (await indexTenant(tenant)) ?? 0;
    // Monotonic, and of this process only: it paces the sweeping and decides nothing (law 8).
    if ((tidied.get(tenantId) ?? 0) + TIDY_MILLIS < performance.now()) {
      tidied.set(tenantId, performance.now());
      await tidyIndex(tenant);
    }
    return covered;
  } catch (error) {
    onError(error, tenantId);
    return 0;
  }
}

import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

/** Newest events that the index does not cover yet and that a search looks at one by one. */
const MAX_TAIL = 2_000;

/** Keys of events that the index lacks, the newest first. */
export interface TailKeys {
  readonly unsealed: readonly string[];
  /** By falling leaf; at most `MAX_TAIL`. */
  readonly sealed: readonly { eventId: string; leaf: number }[];
}

/** Gives the keys once it is known which leaf is the first that no segment covers. */
export type TailReading = (indexedTo: number) => Promise<TailKeys>;

/** How far a tenant's index went when somebody searched last: nothing depends on it but what is asked for in advance. */
const lastIndexedTo = new Map<AuthorizedTenantId, number>();
const MOST_TENANTS = 5_000;

/**
 * Asks for the keys together with what begins the transaction, before the segments are known: from where the index
 * ended last time. It mostly goes on from there; where it was made anew, and ends before, they are asked for again.
 */
export function readTailKeys(tx: TenantTx, tenant: AuthorizedTenantId): TailReading {
  const guess = lastIndexedTo.get(tenant);
  const unsealed = unsealedKeys(tx, tenant);
  const ahead = guess === undefined ? undefined : sealedKeys(tx, tenant, guess);
  // Whoever wants them hears of a failure; a search that ends before does not.
  unsealed.catch(() => undefined);
  ahead?.catch(() => undefined);
  return async (indexedTo) => {
    if (lastIndexedTo.size >= MOST_TENANTS) lastIndexedTo.clear();
    lastIndexedTo.set(tenant, indexedTo);
    const isEnough = guess !== undefined && guess <= indexedTo;
    const [keys, sealed] = await Promise.all([
      unsealed,
      isEnough ? ahead : sealedKeys(tx, tenant, indexedTo),
    ]);
    return { unsealed: keys, sealed: (sealed ?? []).filter((each) => each.leaf >= indexedTo) };
  };
}

async function sealedKeys(tx: TenantTx, tenant: AuthorizedTenantId, from: number) {
  const rows = await tx.prepared<{ event_id: string; leaf_index: string }>(
    `SELECT event_id, leaf_index FROM audit_leaf WHERE tenant_id = $1 AND leaf_index >= $2
     ORDER BY leaf_index DESC LIMIT ${MAX_TAIL}`,
    [tenant, from],
  );
  return rows.map((row) => ({ eventId: row.event_id, leaf: Number(row.leaf_index) }));
}

async function unsealedKeys(tx: TenantTx, tenant: AuthorizedTenantId) {
  const rows = await tx.prepared<{ event_id: string }>(
    `SELECT event_id FROM audit_pending WHERE tenant_id = $1 ORDER BY event_id DESC LIMIT ${MAX_TAIL}`,
    [tenant],
  );
  return rows.map((row) => row.event_id);
}

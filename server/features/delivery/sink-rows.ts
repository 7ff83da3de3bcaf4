import "server-only";
import type { SinkConfig } from "#server/engines/delivery/sink-kinds.ts";
import type { MaskingRule } from "#server/engines/masking/masking-rules.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

export interface SinkRow {
  [column: string]: unknown;
  sink_id: string;
  name: string;
  kind: string;
  config: SinkConfig;
  query: string;
  masking: MaskingRule[];
  state: "active" | "paused" | "removed";
  revision: number;
  lagging_since: Date | null;
}

/** A sink that is not removed, locked for the rest of the transaction. Throws `not_found`. */
export async function lockSink(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  sinkId: string,
): Promise<SinkRow> {
  const [row] = await tx.query<SinkRow>(
    `SELECT sink_id, name, kind, config, query, masking, state, revision, lagging_since FROM sink
     WHERE tenant_id = $1 AND sink_id = $2 AND state <> 'removed' FOR UPDATE`,
    [tenant, sinkId],
  );
  if (!row) throw notFound("sink");
  return row;
}

/** How many leaves of the log are sealed: what may be delivered. */
export async function sealedSize(tx: TenantTx, tenant: AuthorizedTenantId): Promise<bigint> {
  const [row] = await tx.query<{ size: string }>(
    "SELECT coalesce(max(tree_size), 0)::text AS size FROM audit_checkpoint WHERE tenant_id = $1",
    [tenant],
  );
  return BigInt(row?.size ?? 0);
}

/**
 * The first leaf that was sealed at a time or later; `size` when there is none. Leaves are sealed in
 * their order, so that a search by halves finds it.
 */
export async function firstLeafSealedAt(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  at: Date,
  size: bigint,
): Promise<bigint> {
  let [low, high] = [0n, size];
  while (low < high) {
    const middle = (low + high) / 2n;
    const [leaf] = await tx.query<{ is_before: boolean }>(
      "SELECT sealed_at < $3 AS is_before FROM audit_leaf WHERE tenant_id = $1 AND leaf_index = $2",
      [tenant, middle.toString(), at],
    );
    if (leaf?.is_before) low = middle + 1n;
    else high = middle;
  }
  return low;
}

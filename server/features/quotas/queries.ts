import "server-only";
import type { z } from "zod";
import { CAUSES } from "#server/engines/quota/noisy-neighbours.ts";
import { peerRef } from "#server/features/isolation/index.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantSet } from "#server/platform/tenancy/authorized-tenant.ts";
import type { NeighbourRow, QuotaRow, Quotas, QuotasInput } from "./views.ts";

const MOST_SAMPLES = 60;

/** Quotas and use of every tenant of the set, and who of them crowds whom; strangers stay unnamed. */
export async function quotas(
  tx: TenantTx,
  tenants: AuthorizedTenantSet,
  { environment }: z.output<typeof QuotasInput>,
): Promise<z.input<typeof Quotas>> {
  const rows = await tx.query<Omit<QuotaRow, "history">>(
    `SELECT u.tenant_id AS tenant, t.display_name AS "displayName", u.cluster, u.resource,
       u.declared / 1000.0::float8 AS declared, u.hard / 1000.0::float8 AS hard, u.used / 1000.0::float8 AS used,
       u.requested / 1000.0::float8 AS requested, u.limited / 1000.0::float8 AS limited,
       u.allocatable / 1000.0::float8 AS allocatable, u.unlimited, u.observed_at AS "observedAt"
     FROM quota_usage u JOIN tenant t ON t.tenant_id = u.tenant_id
     WHERE u.tenant_id = ANY ($1) AND u.environment = $2 ORDER BY u.tenant_id, u.cluster, u.resource`,
    [tenants, environment],
  );
  const samples = await tx.query<
    QuotaRow["history"][number] & Pick<QuotaRow, "tenant" | "cluster" | "resource">
  >(
    `SELECT tenant, cluster, resource, at, used, requested, hard FROM (
       SELECT tenant_id AS tenant, cluster, resource, sampled_at AS at, used / 1000.0::float8 AS used,
         requested / 1000.0::float8 AS requested, hard / 1000.0::float8 AS hard,
         row_number() OVER (PARTITION BY tenant_id, cluster, resource ORDER BY sampled_at DESC) AS place
       FROM quota_sample WHERE tenant_id = ANY ($1) AND environment = $2) newest
     WHERE place <= $3 ORDER BY at`,
    [tenants, environment, MOST_SAMPLES],
  );
  const histories = new Map<string, QuotaRow["history"]>();
  for (const { tenant, cluster, resource, ...sample } of samples) {
    const key = `${tenant}/${cluster}/${resource}`;
    histories.set(key, [...(histories.get(key) ?? []), sample]);
  }
  return {
    asOf: await tx.startedAt(),
    environment,
    rows: rows.map((row) => ({
      ...row,
      history: histories.get(`${row.tenant}/${row.cluster}/${row.resource}`) ?? [],
    })),
    neighbours: await neighbours(tx, tenants, environment),
  };
}

/**
 * Who crowds here, one line for each noisy neighbour, place and cause: both sides of a crowding are one for whoever
 * knows both, and so are all environments of the noisy one, which crowd the same nodes together.
 */
async function neighbours(
  tx: TenantTx,
  tenants: AuthorizedTenantSet,
  environment: string,
): Promise<z.input<typeof NeighbourRow>[]> {
  const rows = await tx.query<CrowdingRow>(
    `SELECT tenant_id AS tenant, encode(crowding_id, 'hex') AS "crowdingId", side, cluster, pool, resource, cause, share,
       pods, encode(peer, 'hex') AS peer, first_seen_at AS since, told_at IS NOT NULL AS "isTold"
     FROM quota_crowding WHERE tenant_id = ANY ($1) AND environment = $2
     ORDER BY crowding_id, side DESC, tenant_id`,
    [tenants, environment],
  );
  const lines = new Map<string, z.input<typeof NeighbourRow> & { counted: Set<string> }>();
  for (const { tenant, peer, share, ...row } of rows) {
    const noisy = peer ?? peerRef(tenant);
    const key = [noisy, row.cluster, row.pool, row.resource, row.cause].join("|");
    const line = lines.get(key) ?? {
      ...row,
      pods: 0,
      noisy: nameOf(noisy, tenants),
      crowded: [],
      sharePercent: null,
      counted: new Set(),
    };
    if (!line.counted.has(row.crowdingId)) {
      line.counted.add(row.crowdingId);
      line.pods += row.pods;
      if (share !== null) line.sharePercent = (line.sharePercent ?? 0) + share / 10;
    }
    if (row.side === "crowded" && !line.crowded.includes(tenant)) line.crowded.push(tenant);
    if (row.since < line.since) line.since = row.since;
    line.isTold ||= row.isTold;
    lines.set(key, line);
  }
  return [...lines.values()]
    .map(({ counted: _, ...line }) => line)
    .sort(
      (a, b) =>
        CAUSES.indexOf(a.cause) - CAUSES.indexOf(b.cause) ||
        (b.sharePercent ?? -1) - (a.sharePercent ?? -1) ||
        b.pods - a.pods ||
        (a.crowdingId < b.crowdingId ? -1 : 1),
    );
}

type CrowdingRow = Omit<z.input<typeof NeighbourRow>, "noisy" | "crowded" | "sharePercent"> & {
  tenant: string;
  peer: string | null;
  share: number | null;
};

function nameOf(peer: string, tenants: AuthorizedTenantSet): string | null {
  return tenants.find((tenant) => peerRef(tenant) === peer) ?? null;
}

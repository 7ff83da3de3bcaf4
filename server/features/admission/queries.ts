import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { AdmissionOverview, NamespaceRow } from "./schema.ts";

export interface ClusterRow {
  [column: string]: unknown;
  cluster: string;
  description: string;
  for_every: boolean;
  tenants: string[];
  updated_at: Date;
  retired_at: Date | null;
}

export async function isSovereign(tx: TenantTx, tenant: AuthorizedTenantId): Promise<boolean> {
  const [row] = await tx.query<{ kind: string }>("SELECT kind FROM tenant WHERE tenant_id = $1", [
    tenant,
  ]);
  return row?.kind === "sovereign";
}

const CLUSTERS = `SELECT cluster, description, for_every, tenants, updated_at, retired_at
  FROM admission_cluster WHERE tenant_id = $1`;

/** A cluster of the register, locked for the rest of the transaction. */
export async function lockCluster(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  cluster: string,
): Promise<ClusterRow | undefined> {
  const [row] = await tx.query<ClusterRow>(`${CLUSTERS} AND cluster = $2 FOR UPDATE`, [
    tenant,
    cluster,
  ]);
  return row;
}

/** The register (the Sovereign's own), and the namespaces of the organization that asks. */
export async function admissionOverview(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
): Promise<AdmissionOverview> {
  const clusters = await tx.query<ClusterRow>(
    `${CLUSTERS} ORDER BY (retired_at IS NOT NULL), cluster LIMIT 500`,
    [tenant],
  );
  const credentials = await tx.query<{
    cluster: string;
    mark: string;
    addedBy: string;
    addedAt: Date;
    endsAt: Date | null;
  }>(
    `SELECT cluster, left(encode(token_hash, 'hex'), 8) AS mark, added_by_name AS "addedBy",
       added_at AS "addedAt", ends_at AS "endsAt"
     FROM admission_credential
     WHERE tenant_id = $1 AND (ends_at IS NULL OR ends_at > clock_timestamp())
     ORDER BY added_at DESC LIMIT 2000`,
    [tenant],
  );
  const namespaces = await tx.query<NamespaceRow>(
    `SELECT cluster, namespace, rule, owner AS tenant, environment, service, reason,
       saved_by_name AS "savedBy", saved_at AS "savedAt"
     FROM admission_namespace WHERE tenant_id = $1 ORDER BY cluster, namespace LIMIT 5000`,
    [tenant],
  );
  return {
    asOf: await tx.startedAt(),
    isSovereign: await isSovereign(tx, tenant),
    clusters: clusters.map((row) => ({
      cluster: row.cluster,
      description: row.description,
      tenants: row.for_every ? "every" : row.tenants,
      updatedAt: row.updated_at,
      retiredAt: row.retired_at,
      credentials: credentials
        .filter(({ cluster }) => cluster === row.cluster)
        .map(({ mark, addedBy, addedAt, endsAt }) => ({ mark, addedBy, addedAt, endsAt })),
    })),
    namespaces,
    here: await tx.query<AdmissionOverview["here"][number]>(
      `SELECT cluster, namespace, environment, service, saved_at AS "savedAt"
       FROM app.admission_namespaces_here() LIMIT 2000`,
    ),
  };
}

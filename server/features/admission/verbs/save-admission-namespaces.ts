import "server-only";
import { uuidv7 } from "uuidv7";
import { isolated } from "#server/engines/words/isolated.ts";
import { displayNameOf } from "#server/features/approvals/index.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { admissionFacts, usableCluster } from "../admission-facts.ts";
import type { ClusterRow } from "../queries.ts";
import { type NamespaceRule, NamespacesSaved, SaveNamespacesInput } from "../schema.ts";

/**
 * Says whose namespaces of a cluster are, or that nothing in them is judged: the one way to exempt a
 * namespace. All of them or none; the event names each change.
 */
export const saveAdmissionNamespaces = verb({
  name: "admission.saveNamespaces",
  scope: "runtime.admission.manage",
  policy: "ManageAdmission",
  facts: admissionFacts,
  input: SaveNamespacesInput,
  output: NamespacesSaved,
  async run({ tx, tenant, actor, input }) {
    const { namespaces, reason } = input;
    const cluster = await usableCluster(tx, tenant, input.cluster);
    namespaces.forEach((each, at) => {
      refuseForeignOwner(cluster, each, at);
    });
    const eventId = uuidv7();
    const before = await rulesOf(tx, tenant, input.cluster);
    const saved: { namespace: string; rule: string }[] = [];
    for (const each of namespaces) {
      const by = { reason, name: displayNameOf(actor), eventId };
      if (await saveOne(tx, tenant, input.cluster, each, by)) saved.push({ ...each });
    }
    const output = { cluster: input.cluster, changed: saved.length };
    if (saved.length === 0) return unchanged(output);
    const after = await rulesOf(tx, tenant, input.cluster);
    return audited(output, {
      eventId,
      type: "runtime.admission.namespaces-saved",
      subject: `admission-cluster/${input.cluster}`,
      payload: { namespaces: saved, reason, before, after },
    });
  },
});

/** What is said of each namespace of a cluster. */
async function rulesOf(tx: TenantTx, tenant: AuthorizedTenantId, cluster: string) {
  const rows = await tx.query<{ namespace: string; said: { [name: string]: string | null } }>(
    `SELECT namespace, jsonb_build_object('rule', rule, 'tenant', owner, 'environment', environment, 'service', service) AS said
     FROM admission_namespace WHERE tenant_id = $1 AND cluster = $2 ORDER BY namespace`,
    [tenant, cluster],
  );
  return Object.fromEntries(rows.map(({ namespace, said }) => [namespace, said]));
}

function refuseForeignOwner(cluster: ClusterRow, each: NamespaceRule, at: number): void {
  if (each.rule !== "owned" || cluster.for_every || cluster.tenants.includes(each.tenant)) return;
  const field = `namespaces.${at}.tenant`;
  throw new AppError("invalid", `${field}: the cluster holds nothing of ${each.tenant}`, {
    said: { key: "admission.foreignOwner", args: { name: isolated(each.tenant) } },
    field,
    remedy: "Add the organization to the cluster first.",
  });
}

/** Whether anything changed. */
async function saveOne(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  cluster: string,
  each: NamespaceRule,
  by: { reason: string; name: string; eventId: string },
): Promise<boolean> {
  if (each.rule === "removed") {
    const gone = await tx.query(
      "DELETE FROM admission_namespace WHERE tenant_id = $1 AND cluster = $2 AND namespace = $3 RETURNING namespace",
      [tenant, cluster, each.namespace],
    );
    return gone.length > 0;
  }
  const owned = each.rule === "owned" ? each : { tenant: null, environment: null, service: null };
  const written = await tx.query(
    `INSERT INTO admission_namespace AS n (tenant_id, cluster, namespace, rule, owner, environment, service,
       reason, saved_by_name, event_id, saved_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, clock_timestamp())
     ON CONFLICT (tenant_id, cluster, namespace) DO UPDATE SET rule = excluded.rule, owner = excluded.owner,
       environment = excluded.environment, service = excluded.service, reason = excluded.reason,
       saved_by_name = excluded.saved_by_name, event_id = excluded.event_id, saved_at = excluded.saved_at
     WHERE (n.rule, n.owner, n.environment, n.service)
       IS DISTINCT FROM (excluded.rule, excluded.owner, excluded.environment, excluded.service)
     RETURNING namespace`,
    [
      tenant,
      cluster,
      each.namespace,
      each.rule,
      owned.tenant,
      owned.environment,
      owned.service,
      by.reason,
      by.name,
      by.eventId,
    ],
  );
  return written.length > 0;
}

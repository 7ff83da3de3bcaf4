import "server-only";
import { isDeepStrictEqual } from "node:util";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { admissionFacts } from "../admission-facts.ts";
import { lockCluster } from "../queries.ts";
import { ClusterSaved, SaveClusterInput } from "../schema.ts";

/**
 * Registers a cluster that asks which images may run, changes it, or takes it out of use. In the
 * Sovereign's context only (ADR 0026). Namespaces of organizations that it no longer serves are
 * nobody's at once.
 */
export const saveAdmissionCluster = verb({
  name: "admission.saveCluster",
  scope: "runtime.admission.manage",
  policy: "ManageAdmission",
  facts: admissionFacts,
  input: SaveClusterInput,
  output: ClusterSaved,
  async run({ tx, tenant, input }) {
    const { cluster, description, isRetired, reason } = input;
    const tenants = input.tenants === "every" ? [] : [...new Set(input.tenants)].sort();
    const found = await lockCluster(tx, tenant, cluster);
    const asked = { description, tenants, isRetired };
    const had = found && {
      description: found.description,
      tenants: found.tenants,
      isRetired: found.retired_at !== null,
    };
    if (isDeepStrictEqual(had, asked)) return unchanged({ cluster, outcome: "unchanged" as const });
    await tx.query(
      `INSERT INTO admission_cluster AS c (tenant_id, cluster, description, for_every, tenants, created_at, updated_at, retired_at)
       VALUES ($1, $2, $3, $4, $5, clock_timestamp(), clock_timestamp(), CASE WHEN $6 THEN clock_timestamp() END)
       ON CONFLICT (tenant_id, cluster) DO UPDATE SET description = excluded.description, for_every = excluded.for_every,
         tenants = excluded.tenants, updated_at = excluded.updated_at,
         retired_at = CASE WHEN $6 THEN coalesce(c.retired_at, excluded.retired_at) END`,
      [tenant, cluster, description, input.tenants === "every", tenants, isRetired],
    );
    const outcome = found ? ("changed" as const) : ("created" as const);
    return audited(
      { cluster, outcome },
      {
        type: "runtime.admission.cluster-saved",
        subject: `admission-cluster/${cluster}`,
        payload: {
          outcome,
          description,
          tenants: input.tenants,
          isRetired,
          reason,
          before: had ?? null,
          after: asked,
        },
      },
    );
  },
});

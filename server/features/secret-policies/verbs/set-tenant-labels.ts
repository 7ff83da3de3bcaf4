import "server-only";
import { isDeepStrictEqual } from "node:util";
import { policyPrincipal } from "#server/platform/authz/policy-principal.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { kindOf } from "../queries.ts";
import { SetTenantLabelsInput, TenantLabelsSet } from "../schema.ts";

/**
 * Gives a tenant exactly these labels, by which the Sovereign's policies select it. In the
 * Sovereign's context only: nobody labels himself out of a policy.
 */
export const setTenantLabels = verb({
  name: "secretPolicies.setTenantLabels",
  scope: "runtime.tenants.manage",
  policy: "LabelTenant",
  input: SetTenantLabelsInput,
  output: TenantLabelsSet,
  async facts({ tx, tenant, caller }) {
    const kind = await kindOf(tx, tenant);
    const principal = policyPrincipal(caller);
    const resource = { type: "Tenant" as const, id: tenant };
    return {
      principal: principal.uid,
      resource,
      context: {},
      entities: [principal, { uid: resource, attrs: kind ? { kind } : {}, parents: [] }],
    };
  },
  async run({ tx, input: { tenantId, labels, reason } }) {
    const [before] = await tx.query<{ labels: Record<string, string> | null }>(
      "SELECT app.tenant_labels($1) AS labels",
      [tenantId],
    );
    if (!before?.labels) throw notFound("tenant");
    if (isDeepStrictEqual(before.labels, labels)) return unchanged({ tenantId, labels });
    await tx.query("SELECT app.set_tenant_labels($1, $2)", [tenantId, JSON.stringify(labels)]);
    return audited(
      { tenantId, labels },
      {
        type: "runtime.tenants.labelled",
        subject: `tenant/${tenantId}`,
        payload: { before: before.labels, after: labels, reason },
      },
    );
  },
});

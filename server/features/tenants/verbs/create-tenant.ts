import "server-only";
import { newTenantKey } from "#server/platform/audit/tenant-keys.ts";
import { policyPrincipal } from "#server/platform/authz/policy-principal.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { currentTenant } from "../queries.ts";
import { TenantCreated, TenantInput } from "../schema.ts";

/** Creates an organization with a key of its own, in the Sovereign's context; the event stands in the Sovereign's log. */
export const createTenant = verb({
  name: "tenants.create",
  scope: "runtime.tenants.manage",
  policy: "CreateTenant",
  input: TenantInput,
  output: TenantCreated,
  async facts({ tx, tenant, caller }) {
    const here = await currentTenant(tx, tenant);
    const principal = policyPrincipal(caller);
    const resource = { type: "Tenant" as const, id: tenant };
    return {
      principal: principal.uid,
      resource,
      context: {},
      entities: [principal, { uid: resource, attrs: here ? { kind: here.kind } : {}, parents: [] }],
    };
  },
  async run({ tx, input }) {
    const { keyId, wrapped } = newTenantKey(input.slug);
    const [row] = await tx.query<{ is_new: boolean }>(
      "SELECT app.open_tenant($1, $2, 'active', '{}', $3, $4) AS is_new",
      [input.slug, input.displayName, keyId, wrapped],
    );
    if (!row?.is_new) {
      throw new AppError("conflict", `slug: a tenant named ${input.slug} exists already.`, {
        said: { key: "onboarding.slugTaken", args: { slug: input.slug } },
        field: "slug",
        remedy: "Choose another slug: it names the tenant for ever.",
      });
    }
    return audited(
      { tenantId: input.slug },
      {
        type: "runtime.tenants.created",
        subject: `tenant/${input.slug}`,
        payload: { displayName: input.displayName, kind: "organization" },
      },
    );
  },
});

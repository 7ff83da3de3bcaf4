import "server-only";
import { isDeepStrictEqual } from "node:util";
import type { z } from "zod";
import type { SecretClass } from "#server/engines/secret-policy/default-rule.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { currentRules, policyRowsInForce } from "./in-force.ts";
import { type PolicyRow, policiesOf, policyById } from "./policy-rows.ts";
import type {
  EffectiveRuleOutput,
  ListSecretPoliciesOutput,
  RuleInForce,
  SecretPolicyDetailOutput,
  SecretPolicyView,
} from "./schema.ts";

/** Whether the tenant is the Sovereign or an organization; undefined when it was never created. */
export async function kindOf(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
): Promise<"sovereign" | "organization" | undefined> {
  const [row] = await tx.query<{ kind: "sovereign" | "organization" }>(
    "SELECT kind FROM tenant WHERE tenant_id = $1",
    [tenant],
  );
  return row?.kind;
}

/** The tenant's labels: what policies select it by. */
export async function labelsOf(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
): Promise<Record<string, string>> {
  const [row] = await tx.query<{ labels: Record<string, string> }>(
    "SELECT labels FROM tenant WHERE tenant_id = $1",
    [tenant],
  );
  return row?.labels ?? {};
}

/** The tenant's own policies, and those that the Sovereign imposes on it. */
export async function listSecretPolicies(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
): Promise<z.input<typeof ListSecretPoliciesOutput>> {
  const isSovereign = (await kindOf(tx, tenant)) === "sovereign";
  const imposed = (await policyRowsInForce(tx)).filter((row) => row.origin === "sovereign");
  return {
    asOf: await tx.startedAt(),
    isSovereign,
    labels: await labelsOf(tx, tenant),
    policies: (await policiesOf(tx, tenant)).map(toView),
    imposed: isSovereign
      ? []
      : imposed.map(({ policy_id: policyId, name, version, parsed }) => ({
          policyId,
          name,
          version,
          organizationLabels: parsed.organizationLabels,
          rules: [...parsed.rules],
        })),
  };
}

/** One of the tenant's own policies with its versions. Throws `not_found`. */
export async function secretPolicyDetail(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  policyId: string,
): Promise<z.input<typeof SecretPolicyDetailOutput>> {
  const policy = await policyById(tx, tenant, policyId);
  if (!policy) throw notFound("secret policy");
  const versions = await tx.query<{
    version: number;
    source: string;
    is_retirement: boolean;
    saved_at: Date;
    event_id: string;
    actor_kind: string;
  }>(
    `SELECT v.version, v.source, v.is_retirement, v.saved_at, v.event_id, e.actor_kind
     FROM secret_policy_version v
     JOIN audit_event e ON e.tenant_id = v.tenant_id AND e.event_id = v.event_id
     WHERE v.tenant_id = $1 AND v.policy_id = $2 ORDER BY v.version DESC LIMIT 100`,
    [tenant, policyId],
  );
  return {
    asOf: await tx.startedAt(),
    policy: { ...toView(policy), source: policy.source },
    versions: versions.map((row) => ({
      version: row.version,
      source: row.source,
      isRetirement: row.is_retirement,
      savedAt: row.saved_at,
      eventId: row.event_id,
      actorKind: row.actor_kind,
    })),
  };
}

/** The rule of a credential by the policies in force now, and why. Throws `not_found`. */
export async function effectiveRuleOf(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  bindingId: string,
): Promise<z.input<typeof EffectiveRuleOutput>> {
  const [binding] = await tx.query<{
    class: SecretClass;
    rule: z.output<typeof RuleInForce> | null;
  }>("SELECT class, rule FROM secret_binding WHERE tenant_id = $1 AND binding_id = $2", [
    tenant,
    bindingId,
  ]);
  if (!binding) throw notFound("secret binding");
  const rule = (await currentRules(tx)).of(binding.class);
  return {
    asOf: await tx.startedAt(),
    bindingId,
    class: binding.class,
    rule,
    isApplied: isDeepStrictEqual(binding.rule, rule),
  };
}

function toView(row: PolicyRow): z.input<typeof SecretPolicyView> {
  return {
    policyId: row.policy_id,
    name: row.name,
    version: row.version,
    organizationLabels: row.parsed.organizationLabels,
    rules: [...row.parsed.rules],
    savedAt: row.saved_at,
    retiredAt: row.retired_at,
  };
}

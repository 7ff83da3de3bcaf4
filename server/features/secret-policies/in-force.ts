import "server-only";
import type { SecretClass } from "#server/engines/secret-policy/default-rule.ts";
import {
  type PolicyInForce,
  type RuleInForce,
  ruleInForce,
} from "#server/engines/secret-policy/rule-in-force.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";

/** What `app.policies_in_force()` gives: the tenant's own and the Sovereign's that apply to it. */
export interface PolicyInForceRow {
  [column: string]: unknown;
  origin: PolicyInForce["origin"];
  policy_id: string;
  name: string;
  version: number;
  parsed: Pick<PolicyInForce, "organizationLabels" | "rules">;
}

export async function policyRowsInForce(tx: TenantTx): Promise<PolicyInForceRow[]> {
  return tx.query<PolicyInForceRow>(
    "SELECT origin, policy_id, name, version, parsed FROM app.policies_in_force()",
  );
}

export function toPolicyInForce({ origin, name, version, parsed }: PolicyInForceRow) {
  return { origin, name, version, ...parsed } satisfies PolicyInForce;
}

/** The rules of the current tenant, and the digest of the policies they come from. */
export interface CurrentRules {
  digest: string;
  policies: readonly PolicyInForce[];
  of(secretClass: SecretClass): RuleInForce;
}

export async function currentRules(tx: TenantTx): Promise<CurrentRules> {
  // The digest first: a policy saved between the two is then applied once more, never missed.
  const [[row], rows] = await Promise.all([
    tx.query<{ digest: string }>("SELECT app.policy_digest() AS digest"),
    policyRowsInForce(tx),
  ]);
  const policies = rows.map(toPolicyInForce);
  return {
    digest: row?.digest ?? "",
    policies,
    of: (secretClass) => ruleInForce(policies, secretClass),
  };
}

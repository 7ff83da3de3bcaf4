import "server-only";
import type { Environment } from "#server/engines/deployments/environment-policy.ts";
import type { PolicyAction, PolicyDecision } from "#server/platform/authz/policy-request.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

interface Row {
  decision_id: string;
  action: PolicyAction;
  outcome: "allow" | "deny";
  policy_set_digest: Buffer;
  schema_digest: Buffer;
  engine_version: string;
  request: string;
  entities: string;
  reasons: string[];
  errors: string[];
  digest: Buffer;
  engine: PolicyDecision["engine"];
  exchange: string | null;
  decided_at: Date;
}

/**
 * The newest decisions of a tenant, newest first; with environments only those about carrying out a
 * deployment there, taken from the newest of that action.
 */
export async function pastDecisions(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  last: number,
  environments: readonly Environment[] | null,
): Promise<{ decisionId: string; decidedAt: Date; decision: PolicyDecision }[]> {
  const rows = await tx.query<Row>(
    `SELECT * FROM policy_decision
     WHERE tenant_id = $1 ${environments ? "AND action = 'ExecuteDeployment'" : ""}
     ORDER BY decision_id DESC LIMIT $2`,
    [tenant, last],
  );
  return rows
    .filter(({ entities }) => !environments || environments.some((name) => isAbout(entities, name)))
    .map((row) => ({
      decisionId: row.decision_id,
      decidedAt: row.decided_at,
      decision: {
        action: row.action,
        outcome: row.outcome,
        reasons: row.reasons,
        errors: row.errors,
        policySetDigest: row.policy_set_digest,
        schemaDigest: row.schema_digest,
        engineVersion: row.engine_version,
        request: row.request,
        entities: row.entities,
        digest: row.digest,
        engine: row.engine,
        exchange: row.exchange,
      },
    }));
}

function isAbout(entities: string, environment: Environment): boolean {
  return (JSON.parse(entities) as { attrs: Record<string, unknown> }[]).some(
    ({ attrs }) => attrs.environment === environment,
  );
}

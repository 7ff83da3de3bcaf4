import "server-only";
import type { Environment } from "#server/engines/deployments/environment-policy.ts";
import {
  type ExecutionFacts,
  executionFacts,
} from "#server/engines/deployments/execution-facts.ts";
import { isMergeApproved } from "#server/engines/supply-chain/merged-change.ts";
import { hasGate, NO_DEMAND } from "#server/engines/supply-chain/supply-chain-demand.ts";
import { type StandingAt, standingsAt } from "#server/features/approvals/index.ts";
import type { PolicyDecision, PolicyRequest } from "#server/platform/authz/policy-request.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { imagesOf, revisionKey } from "./deployment-rows.ts";
import type { EnvironmentPolicySpec } from "./environment-schema.ts";
import { type Evidence, isGateMet } from "./evidence.ts";

interface RevisionRow {
  deployment_id: string;
  environment: Environment;
  approval_id: string;
  asked_at: Date;
  expires_at: Date;
  revision: number;
  revised_at: Date;
  subject_digest: string;
  provenance: "unknown" | "verified" | "failed";
  evidence: Evidence | null;
  policy_version: number;
  spec: EnvironmentPolicySpec;
}

interface Past {
  decisionId: string;
  decidedAt: Date;
  decision: PolicyDecision;
}

type Facts = { context: PolicyRequest["context"] } | { unknown: string };
type Repositories = readonly string[];

/**
 * The facts that past decisions about deployments would have been made from under other policies of their
 * environments, as the rows say that it stood then. They are worked out under the policy of that time too: where
 * that does not give what was recorded, or the draft asks for what nobody looked at then, it is `unknown`.
 */
export async function executionsUnder(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  past: readonly Past[],
  drafts: Partial<Record<Environment, EnvironmentPolicySpec>>,
): Promise<Map<string, Facts>> {
  if (Object.keys(drafts).length === 0 || past.length === 0) return new Map();
  const idOf = ({ decision }: Past) =>
    (JSON.parse(decision.request) as { resource: { id: string } }).resource.id;
  const rows = await tx.query<RevisionRow>(REVISIONS, [tenant, [...new Set(past.map(idOf))]]);
  const images = await imagesOf(tx, tenant, rows);
  const revisions = Map.groupBy(rows, ({ deployment_id }) => deployment_id);
  const standing = await standingsAt(tx, tenant, [
    ...new Set(rows.map(({ approval_id }) => approval_id)),
  ]);
  return new Map(
    past.map((each) => {
      const row = (revisions.get(idOf(each)) ?? []).findLast(
        ({ revised_at }) => revised_at <= each.decidedAt,
      );
      const draft = row && drafts[row.environment];
      if (!row || !draft) return [each.decisionId, { unknown: "no-request" }];
      const repositories = (images.get(revisionKey(row)) ?? []).map(({ repository }) => repository);
      return [each.decisionId, factsUnder(each, row, repositories, draft, standing)];
    }),
  );
}

const REVISIONS = `
  SELECT d.deployment_id, d.environment, d.approval_id, d.created_at AS asked_at, d.expires_at, v.revision,
    v.created_at AS revised_at, encode(v.subject_digest, 'hex') AS subject_digest, v.provenance, v.evidence,
    v.policy_version, p.spec
  FROM deployment_request d
  JOIN deployment_revision v ON v.tenant_id = d.tenant_id AND v.deployment_id = d.deployment_id
  JOIN environment_policy_version p
    ON p.tenant_id = d.tenant_id AND p.environment = d.environment AND p.version = v.policy_version
  WHERE d.tenant_id = $1 AND d.deployment_id = ANY ($2::uuid[]) ORDER BY d.deployment_id, v.revision`;

function factsUnder(
  { decision, decidedAt }: Past,
  row: RevisionRow,
  repositories: Repositories,
  draft: EnvironmentPolicySpec,
  standing: StandingAt,
): Facts {
  const recorded = (JSON.parse(decision.request) as { context: ExecutionFacts }).context;
  const then = row.spec;
  const under = (policy: EnvironmentPolicySpec): ExecutionFacts => ({
    ...executionFacts({
      now: decidedAt,
      expiresAt: new Date(row.asked_at.getTime() + policy.expirySeconds * 1_000),
      revisedAt: row.revised_at,
      policyVersion: 1,
      currentVersion: 1,
      policy,
      frozenFrom: null,
      frozenUntil: null,
      repositories,
      provenance: row.provenance,
      isGateMet: isGateMet(policy, row.evidence),
      isMergeApproved: isMergeApproved(policy.mergeApprovals, row.evidence?.merge ?? null),
      elevation: recorded.isElevationMet ? "live" : "none",
      isSubjectCurrent: true,
      missingApprovals:
        standing(row.approval_id, row.subject_digest, decidedAt, policy.groups) ?? Number.NaN,
      isRejected: false,
    }),
    // What no environment's policy says stays as it was.
    isFrozen: recorded.isFrozen,
    isPolicyCurrent: recorded.isPolicyCurrent,
    isSubjectCurrent: recorded.isSubjectCurrent,
    isRejected: recorded.isRejected,
  });
  const again = under(then);
  const differs = (Object.keys(again) as (keyof ExecutionFacts)[]).some(
    (fact) => again[fact] !== recorded[fact],
  );
  if (differs) return { unknown: "not-as-recorded" };
  if (draft.requiresElevation && !then.requiresElevation) return { unknown: "elevation-not-asked" };
  const asks = (policy: EnvironmentPolicySpec) =>
    JSON.stringify([policy.provenance, policy.supplyChain ?? null]);
  const demandsEvidence = draft.provenance !== "none" || hasGate(draft.supplyChain ?? NO_DEMAND);
  if (demandsEvidence && asks(draft) !== asks(then)) return { unknown: "evidence-not-judged" };
  if (draft.mergeApprovals !== undefined && !row.evidence?.merge)
    return { unknown: "merge-not-asked" };
  return { context: { ...under(draft) } };
}

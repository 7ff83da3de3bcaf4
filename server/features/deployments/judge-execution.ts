import "server-only";
import {
  type ExecutionFacts,
  executionFacts,
} from "#server/engines/deployments/execution-facts.ts";
import type { ImageReference } from "#server/engines/deployments/image-reference.ts";
import { isMergeApproved } from "#server/engines/supply-chain/merged-change.ts";
import type { ElevationFact } from "#server/features/elevation/index.ts";
import { wordsOfBlockers } from "#server/platform/authz/denial-words.ts";
import { foretell, type Judge } from "#server/platform/authz/judge.ts";
import { identityText } from "#server/platform/authz/policy-principal.ts";
import type {
  CedarEntity,
  PolicyDecision,
  PolicyRequest,
} from "#server/platform/authz/policy-request.ts";
import type { DeploymentRow } from "./deployment-rows.ts";
import type { EnvironmentRow } from "./environment-rows.ts";
import { isGateMet } from "./evidence.ts";
import type { Blocker } from "./schema.ts";

export interface Standing {
  missing: number;
  isRejected: boolean;
  /** Whether rows, request and approvals name one and the same digest. */
  isSubjectCurrent: boolean;
  /** Whether somebody who answers for it may execute there now, by a live grant. */
  elevation: ElevationFact;
}

/** The facts of a request at this moment, from rows alone. */
export function factsOf(
  row: DeploymentRow,
  environment: EnvironmentRow,
  images: readonly ImageReference[],
  standing: Standing,
): ExecutionFacts {
  return executionFacts({
    now: row.now,
    expiresAt: row.expires_at,
    revisedAt: row.revised_at,
    policyVersion: row.policy_version,
    currentVersion: environment.version,
    policy: environment.spec,
    frozenFrom: environment.frozen_from,
    frozenUntil: environment.frozen_until,
    repositories: images.map(({ repository }) => repository),
    provenance: row.provenance,
    isGateMet: isGateMet(environment.spec, row.evidence ?? null),
    isMergeApproved: isMergeApproved(environment.spec.mergeApprovals, row.evidence?.merge ?? null),
    elevation: LIVE[standing.elevation],
    isSubjectCurrent: standing.isSubjectCurrent,
    missingApprovals: standing.missing,
    isRejected: standing.isRejected,
  });
}

const LIVE = { met: "live", unmet: "none", unknown: "unknown" } as const;

/** Asks whether a principal may carry a request out now. */
export function judgeExecution(
  principal: CedarEntity,
  row: DeploymentRow,
  facts: ExecutionFacts,
  decide: Judge["decide"],
): PolicyDecision {
  const uid = { type: "DeploymentRequest", id: row.deployment_id } as const;
  const requester = { issuer: row.requester_issuer, subject: row.requester_subject };
  const resource: CedarEntity = {
    uid,
    attrs: {
      environment: row.environment,
      service: row.service,
      kind: row.kind,
      state: row.state,
      requester: { __entity: { type: "User", id: identityText(requester) } },
    },
    parents: principal.parents,
  };
  return decide({
    action: "ExecuteDeployment",
    principal: principal.uid,
    resource: uid,
    context: { ...facts } as PolicyRequest["context"],
    entities: [principal, resource],
  });
}

/** What would stop a pipeline of this tenant that tried now: for screens, which record nothing. */
export function blockersNow(tenant: string, row: DeploymentRow, facts: ExecutionFacts): Blocker[] {
  const pipeline: CedarEntity = {
    uid: { type: "Service", id: identityText({ issuer: "urn:any", subject: "pipeline" }) },
    attrs: { issuer: "urn:any", scopes: ["runtime.deployments.execute"] },
    parents: [{ type: "Tenant", id: tenant }],
  };
  const decision = judgeExecution(pipeline, row, facts, foretell);
  return decision.outcome === "allow" ? [] : wordsOfBlockers(decision);
}

import "server-only";
import type { JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import type { Environment } from "#server/engines/deployments/environment-policy.ts";
import type { ProvenanceVerdict } from "#server/engines/deployments/execution-facts.ts";
import { type ImageReference, sortedDigests } from "#server/engines/deployments/image-reference.ts";
import { approvalSubject } from "#server/features/approvals/index.ts";
import type { DeploymentRow } from "./deployment-rows.ts";
import type { Evidence } from "./evidence.ts";

interface Subject {
  environment: Environment;
  service: string;
  images: readonly ImageReference[];
  configDigest: string;
  policyVersion: number;
  provenance: ProvenanceVerdict;
  evidence: Evidence | null;
}

/** What is approved (DESIGN §6); tenant and requester are added by `approvalSubject`. */
export function subjectFields(subject: Subject): Record<string, JsonValue> {
  return {
    environment: subject.environment,
    service: subject.service,
    images: sortedDigests(subject.images),
    configDigest: subject.configDigest,
    policyVersion: subject.policyVersion,
    provenance: {
      verdict: subject.provenance,
      ...(subject.evidence ? { evidence: subject.evidence as unknown as JsonValue } : {}),
    },
  };
}

/** The subject as the rows say it now: compared with the digest that was approved. */
export function subjectOfRow(
  tenant: string,
  row: DeploymentRow,
  images: readonly ImageReference[],
) {
  return approvalSubject(
    tenant,
    { issuer: row.requester_issuer, subject: row.requester_subject },
    subjectFields({
      environment: row.environment,
      service: row.service,
      images,
      configDigest: row.config_digest,
      policyVersion: row.policy_version,
      provenance: row.provenance,
      evidence: row.evidence ?? null,
    }),
  );
}

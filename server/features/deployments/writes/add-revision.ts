import "server-only";
import type { ProvenanceVerdict } from "#server/engines/deployments/execution-facts.ts";
import type { ImageReference } from "#server/engines/deployments/image-reference.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

import type { Evidence } from "../evidence.ts";

export interface Revision {
  deploymentId: string;
  revision: number;
  images: readonly ImageReference[];
  configDigest: string;
  changeRef: string;
  reason: string;
  policyVersion: number;
  provenance: ProvenanceVerdict;
  evidence: Evidence | null;
  subjectDigest: Buffer;
}

/** Stores what a revision asks for: for verbs only. */
export async function addRevision(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  revision: Revision,
): Promise<void> {
  await tx.query(
    `INSERT INTO deployment_revision (tenant_id, deployment_id, revision, config_digest, change_ref, reason,
       policy_version, provenance, subject_digest, evidence, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, clock_timestamp())`,
    [
      tenant,
      revision.deploymentId,
      revision.revision,
      revision.configDigest,
      revision.changeRef,
      revision.reason,
      revision.policyVersion,
      revision.provenance,
      revision.subjectDigest,
      revision.evidence === null ? null : JSON.stringify(revision.evidence),
    ],
  );
  await tx.query(
    `INSERT INTO deployment_image (tenant_id, deployment_id, revision, image_no, repository, tag, digest)
     SELECT $1, $2, $3, i.number, i.repository, i.tag, i.digest
     FROM unnest($4::text[], $5::text[], $6::text[]) WITH ORDINALITY AS i (repository, tag, digest, number)`,
    [
      tenant,
      revision.deploymentId,
      revision.revision,
      revision.images.map(({ repository }) => repository),
      revision.images.map(({ tag }) => tag),
      revision.images.map(({ digest }) => digest),
    ],
  );
}

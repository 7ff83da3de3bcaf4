import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { DeploymentRow } from "../deployment-rows.ts";
import type { ImageFinding } from "../evidence-schema.ts";

interface Verdicts {
  images: readonly ImageFinding[];
  trustedRoot: string | null;
  policy: string;
  eventId: string;
}

/** Stores what was found of each image of a revision: for verbs only. */
export async function addVerdicts(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  row: DeploymentRow,
  { images, trustedRoot, policy, eventId }: Verdicts,
): Promise<void> {
  for (const finding of images) {
    await tx.query(
      `INSERT INTO deployment_verdict (tenant_id, deployment_id, revision, image_digest, verdict, reasons,
         attestation_digest, signer, trusted_root_digest, policy_digest, gate, gate_reasons, vulnerabilities, sboms,
         event_id, checked_at)
       VALUES ($1, $2, $3, $4, $5, $6, decode($7, 'hex'), $8, decode($9, 'hex'), decode($10, 'hex'), $11, $12, $13,
         $14, $15, clock_timestamp())`,
      [
        tenant,
        row.deployment_id,
        row.revision,
        finding.image,
        finding.verdict,
        JSON.stringify(finding.reasons),
        finding.by?.attachment ?? null,
        finding.by?.signer ?? null,
        trustedRoot,
        policy,
        finding.gate,
        JSON.stringify(finding.gateReasons),
        JSON.stringify(finding.vulnerabilities),
        JSON.stringify(finding.sboms),
        eventId,
      ],
    );
  }
}

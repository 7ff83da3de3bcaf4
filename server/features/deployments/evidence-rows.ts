import "server-only";
import type { ImageReference } from "#server/engines/deployments/image-reference.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { type DeploymentRow, findDeployment, imagesOf, revisionKey } from "./deployment-rows.ts";
import { environmentRows } from "./environment-rows.ts";
import type { EnvironmentPolicySpec } from "./environment-schema.ts";
import type { AttachmentKind, EvidenceView, ImageFinding } from "./evidence-schema.ts";

/** A file that was attached to a request. */
export interface Attachment {
  /** SHA-256 of the body, in hex. */
  digest: string;
  kind: AttachmentKind;
  body: string;
}

/** A finding as it is stored, with what it was found from. */
export interface FindingRow extends ImageFinding {
  deployment_id: string;
  revision: number;
  trusted_root: string | null;
  policy: string;
  checked_at: Date;
}

/** The findings of these revisions, by `<id>/<revision>`. */
export async function findingsOf(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  revisions: readonly { deployment_id: string; revision: number }[],
): Promise<Map<string, FindingRow[]>> {
  const found = new Map<string, FindingRow[]>();
  if (revisions.length === 0) return found;
  const rows = await tx.query<
    Omit<FindingRow, "by"> & { attestation: string | null; signer: string | null }
  >(
    `SELECT v.deployment_id, v.revision, v.image_digest AS image, v.verdict, v.reasons,
       encode(v.attestation_digest, 'hex') AS attestation, v.signer, v.gate, v.gate_reasons AS "gateReasons",
       v.vulnerabilities, v.sboms, encode(v.trusted_root_digest, 'hex') AS trusted_root,
       encode(v.policy_digest, 'hex') AS policy, v.checked_at
     FROM deployment_verdict v
     JOIN (SELECT DISTINCT * FROM unnest($2::uuid[], $3::int[])) AS asked (id, revision)
       ON asked.id = v.deployment_id AND asked.revision = v.revision
     WHERE v.tenant_id = $1 ORDER BY v.image_digest`,
    [
      tenant,
      revisions.map(({ deployment_id }) => deployment_id),
      revisions.map(({ revision }) => revision),
    ],
  );
  for (const { attestation, signer, ...row } of rows) {
    const by = attestation && signer ? { attachment: attestation, signer } : null;
    const key = revisionKey(row);
    found.set(key, [...(found.get(key) ?? []), { ...row, by }]);
  }
  return found;
}

/** What was attached and what was found, for the case file. */
export async function evidenceView(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  row: DeploymentRow,
  images: readonly ImageReference[],
): Promise<EvidenceView> {
  const findings = (await findingsOf(tx, tenant, [row])).get(revisionKey(row)) ?? [];
  const attachments = await tx.query<EvidenceView["attachments"][number]>(
    `SELECT encode(digest, 'hex') AS digest, kind, octet_length(body) AS bytes,
       attached_by_name AS "attachedBy", attached_at AS "attachedAt"
     FROM deployment_attachment WHERE tenant_id = $1 AND deployment_id = $2 ORDER BY attached_at, digest`,
    [tenant, row.deployment_id],
  );
  const [first] = findings;
  return {
    attachments,
    images: findings.map((finding) => ({
      ...finding,
      repository: images.find(({ digest }) => digest === finding.image)?.repository ?? "",
    })),
    merge: row.evidence?.merge ?? null,
    trustedRoot: first?.trusted_root ?? null,
    policy: first?.policy ?? null,
    checkedAt: first?.checked_at ?? null,
    isDue: row.evidence_due,
  };
}

/** Everything that a judgement is made from. */
export interface EvidenceToJudge {
  revision: number;
  policyVersion: number;
  service: string;
  changeRef: string;
  policy: EnvironmentPolicySpec;
  images: readonly ImageReference[];
  attachments: readonly Attachment[];
}

/** What the worker has to judge; null where nothing is to be looked at, or the policy changed. */
export async function evidenceToJudge(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  deploymentId: string,
): Promise<EvidenceToJudge | null> {
  const row = await findDeployment(tx, tenant, deploymentId);
  if (!row) return null;
  const environment = (await environmentRows(tx, tenant)).find(
    (each) => each.environment === row.environment,
  );
  if (!row.evidence_due || !environment || environment.version !== row.policy_version) return null;
  return {
    revision: row.revision,
    policyVersion: row.policy_version,
    service: row.service,
    changeRef: row.change_ref,
    policy: environment.spec,
    images: (await imagesOf(tx, tenant, [row])).get(revisionKey(row)) ?? [],
    attachments: await tx.query<Attachment>(
      `SELECT encode(digest, 'hex') AS digest, kind, body FROM deployment_attachment
       WHERE tenant_id = $1 AND deployment_id = $2 ORDER BY digest`,
      [tenant, deploymentId],
    ),
  };
}

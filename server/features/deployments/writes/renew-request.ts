import "server-only";
import type { ProvenanceVerdict } from "#server/engines/deployments/execution-facts.ts";
import type { ImageReference } from "#server/engines/deployments/image-reference.ts";
import { renewApproval } from "#server/features/approvals/index.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import { runVouched } from "#server/platform/run-within.ts";
import type { VerbContext } from "#server/platform/verb.ts";
import type { DeploymentRow } from "../deployment-rows.ts";
import { subjectFields } from "../deployment-subject.ts";
import type { EnvironmentRow } from "../environment-rows.ts";
import type { Evidence } from "../evidence.ts";
import { addRevision } from "./add-revision.ts";
import { takeStep } from "./take-step.ts";

interface Renewal {
  images: readonly ImageReference[];
  configDigest: string;
  changeRef: string;
  reason: string;
  provenance: ProvenanceVerdict;
  /** Null: what is attached has to be looked at again. */
  evidence: Evidence | null;
}

/**
 * A new revision of a locked request, asked for under the policy in force: older approvals are stale,
 * and it is checked anew. Its time does not begin again. For verbs only; gives their events.
 */
export async function renewRequest(
  context: VerbContext<unknown>,
  row: DeploymentRow,
  environment: EnvironmentRow,
  renewal: Renewal,
): Promise<AuditEventDraft[]> {
  const { tx, tenant } = context;
  const previousDigest = row.subject_digest.toString("hex");
  const { output, events } = await runVouched(renewApproval, context, {
    requestId: row.approval_id,
    subject: subjectFields({
      ...renewal,
      environment: row.environment,
      service: row.service,
      policyVersion: environment.version,
    }),
    requirement: environment.spec.groups,
    reason: renewal.reason,
  });
  row.revision += 1;
  row.policy_version = environment.version;
  row.subject_digest = Buffer.from(output.subjectDigest, "hex");
  await addRevision(tx, tenant, {
    ...renewal,
    deploymentId: row.deployment_id,
    revision: row.revision,
    policyVersion: environment.version,
    subjectDigest: row.subject_digest,
  });
  const [renewed] = await tx.query<{ evidence_due: boolean }>(
    `UPDATE deployment_request SET revision = $3, subject_digest = $4, policy_version = $5,
       revised_at = clock_timestamp(), check_due_at = clock_timestamp(),
       evidence_due = $6 AND ($7 OR EXISTS (
         SELECT FROM deployment_attachment a WHERE a.tenant_id = $1 AND a.deployment_id = $2))
     WHERE tenant_id = $1 AND deployment_id = $2 RETURNING evidence_due`,
    [
      tenant,
      row.deployment_id,
      row.revision,
      row.subject_digest,
      environment.version,
      renewal.evidence === null,
      Boolean(environment.spec.mergeApprovals),
    ],
  );
  row.provenance = renewal.provenance;
  row.evidence = renewal.evidence;
  row.evidence_due = renewed?.evidence_due ?? true;
  const revised = await takeStep(context, row, {
    step: "revise",
    act: "revised",
    note: renewal.reason,
    payload: {
      subjectDigest: output.subjectDigest,
      previousDigest,
      policyVersion: environment.version,
    },
  });
  return [revised, ...events];
}

import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { DeploymentDetail } from "./schema.ts";

type CaseFile = Pick<DeploymentDetail, "revisions" | "history" | "comments">;

/** What has gathered about a request: its revisions, its history, and what people said. */
export async function caseFileOf(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  deploymentId: string,
): Promise<CaseFile> {
  const params = [tenant, deploymentId];
  const revisions = await tx.query<CaseFile["revisions"][number]>(
    `SELECT revision, encode(subject_digest, 'hex') AS "subjectDigest", change_ref AS "changeRef", reason,
       policy_version AS "policyVersion", created_at AS "createdAt"
     FROM deployment_revision WHERE tenant_id = $1 AND deployment_id = $2 ORDER BY revision`,
    params,
  );
  const history = await tx.query<CaseFile["history"][number]>(
    `SELECT entry_no AS "entryNo", act, state_from AS "stateFrom", state_to AS "stateTo", revision,
       actor_name AS actor, note, event_id AS "eventId", at
     FROM deployment_history WHERE tenant_id = $1 AND deployment_id = $2 ORDER BY entry_no`,
    params,
  );
  const comments = await tx.query<CaseFile["comments"][number]>(
    `SELECT comment_id AS "commentId", author_name AS author, body, mentions, created_at AS "createdAt"
     FROM deployment_comment WHERE tenant_id = $1 AND deployment_id = $2 ORDER BY comment_id`,
    params,
  );
  return { revisions, history, comments };
}

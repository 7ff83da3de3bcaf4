import "server-only";
import { mentionNames } from "#server/features/deployments/index.ts";
import type { Caller } from "#server/platform/actor.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { InboxItem } from "./schema.ts";

const DAYS = 30;
const MOST = 50;

/** Comments of the last thirty days that name this person or a role of hers, and that she has not read. */
export async function mentionsOf(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  viewer: Caller,
): Promise<InboxItem[]> {
  const { actor } = viewer;
  if (actor.kind !== "user") return [];
  const since = new Date((await tx.startedAt()).getTime() - DAYS * 86_400_000);
  const rows = await tx.query<{
    comment_id: string;
    deployment_id: string;
    service: string;
    environment: string;
    author_name: string;
    body: string;
    created_at: Date;
  }>(
    `SELECT c.comment_id, c.deployment_id, d.service, d.environment, c.author_name, c.body, c.created_at
     FROM deployment_comment c
     JOIN deployment_request d ON d.tenant_id = c.tenant_id AND d.deployment_id = c.deployment_id
     WHERE c.tenant_id = $1 AND c.comment_id >= $2 AND c.mentions && $3::text[]
       AND NOT (c.author_issuer = $4 AND c.author_subject = $5)
       AND NOT EXISTS (SELECT FROM mention_read r WHERE r.tenant_id = $1 AND r.issuer = $4 AND r.subject = $5
         AND r.comment_id = c.comment_id)
     ORDER BY c.comment_id DESC LIMIT $6`,
    [tenant, firstIdAt(since), mentionNames(viewer), actor.issuer, actor.subject, MOST],
  );
  return rows.map((row) => ({
    kind: "mention",
    id: row.comment_id,
    title: row.body,
    where: {
      deploymentId: row.deployment_id,
      service: row.service,
      environment: row.environment,
    },
    by: row.author_name,
    since: row.created_at,
    dueAt: null,
    isExpiring: false,
    missing: 0,
    blockers: [],
  }));
}

/** The least UUIDv7 of a moment: ids are in the order of time (RFC 9562). */
function firstIdAt(moment: Date): string {
  const millis = moment.getTime().toString(16).padStart(12, "0");
  return `${millis.slice(0, 8)}-${millis.slice(8)}-7000-8000-000000000000`;
}

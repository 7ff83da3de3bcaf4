import "server-only";
import { imageText } from "#server/engines/deployments/image-reference.ts";
import { nextOpening } from "#server/engines/rotation/change-window.ts";
import { identityOf, isSameIdentity } from "#server/features/approvals/index.ts";
import type { Caller } from "#server/platform/actor.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { cardOf } from "./card-views.ts";
import { caseFileOf } from "./case-file.ts";
import {
  DEPLOYMENT_SELECT,
  type DeploymentRow,
  findDeployment,
  imagesOf,
  revisionKey,
} from "./deployment-rows.ts";
import { evidenceView } from "./evidence-rows.ts";
import { loadCards } from "./load-cards.ts";
import { runningRows } from "./running-rows.ts";
import type {
  DeploymentCard,
  DeploymentDetail,
  DeploymentPage,
  ListDeploymentsInput,
  RunningService,
} from "./schema.ts";

const WAITING = `d.state IN ('requested', 'checking', 'awaiting_approval', 'approved', 'executing')
  AND (d.state = 'executing' OR d.expires_at > clock_timestamp())`;

/** Requests, newest first (their ids are in the order of time). */
export async function deployments(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { view, environment, service, limit, cursor }: ListDeploymentsInput,
  viewer: Caller,
): Promise<DeploymentPage> {
  const rows = await tx.query<DeploymentRow>(
    `${DEPLOYMENT_SELECT}
     WHERE d.tenant_id = $1 AND ($2::uuid IS NULL OR d.deployment_id < $2)
       AND ($3::text IS NULL OR d.environment = $3) AND ($4::text IS NULL OR d.service = $4)
       ${view === "waiting" ? `AND ${WAITING}` : ""}
     ORDER BY d.deployment_id DESC LIMIT $5`,
    [tenant, cursor ?? null, environment ?? null, service ?? null, limit + 1],
  );
  const page = rows.slice(0, limit);
  const parts = await loadCards(tx, tenant, page, viewer);
  const items = parts.map((each) => cardOf(tenant, viewer, each));
  return {
    items: view === "waiting" ? items.toSorted(byUrgency) : items,
    nextCursor: rows.length > limit ? (page.at(-1)?.deployment_id ?? null) : null,
    asOf: await tx.startedAt(),
  };
}

/** The cards of the requests that these approvals are for, by approval. */
export async function cardsOfApprovals(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  approvalIds: readonly string[],
  viewer: Caller,
): Promise<Map<string, DeploymentCard>> {
  if (approvalIds.length === 0) return new Map();
  const rows = await tx.query<DeploymentRow>(
    `${DEPLOYMENT_SELECT} WHERE d.tenant_id = $1 AND d.approval_id = ANY ($2::uuid[])`,
    [tenant, approvalIds],
  );
  const parts = await loadCards(tx, tenant, rows, viewer);
  return new Map(parts.map((each) => [each.row.approval_id, cardOf(tenant, viewer, each)]));
}

/** Those of these approvals whose request is still being checked: nobody is asked to decide them yet. */
export async function approvalsBeingChecked(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  approvalIds: readonly string[],
): Promise<Set<string>> {
  const rows = await tx.query<{ approval_id: string }>(
    `SELECT approval_id FROM deployment_request
     WHERE tenant_id = $1 AND approval_id = ANY ($2::uuid[]) AND state IN ('requested', 'checking')`,
    [tenant, approvalIds],
  );
  return new Set(rows.map(({ approval_id }) => approval_id));
}

/** What waits for the viewer first, then what is over soonest. */
function byUrgency(a: DeploymentCard, b: DeploymentCard): number {
  const yours = (card: DeploymentCard) =>
    card.yourPart === "may-decide" && card.state === "awaiting_approval" ? 0 : 1;
  return yours(a) - yours(b) || a.expiresAt.getTime() - b.expiresAt.getTime();
}

/** One request as a case file; undefined when absent or foreign. */
export async function deployment(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  deploymentId: string,
  viewer: Caller,
): Promise<DeploymentDetail | undefined> {
  const row = await findDeployment(tx, tenant, deploymentId);
  const [parts] = row ? await loadCards(tx, tenant, [row], viewer) : [];
  if (!row || !parts) return undefined;
  const { approval, environment, running } = parts;
  return {
    ...cardOf(tenant, viewer, parts),
    ...(await caseFileOf(tx, tenant, deploymentId)),
    approvalId: row.approval_id,
    subject: approval.subject,
    configDigest: row.config_digest,
    runningConfigDigest: running?.config_digest ?? null,
    runningSince: running?.running_since ?? null,
    policyVersion: row.policy_version,
    evidence: await evidenceView(tx, tenant, row, parts.images),
    reviews: approval.reviews,
    claimedAt: row.claimed_at,
    reportDueAt: row.report_due_at,
    finishedAt: row.finished_at,
    outcomeNote: row.outcome_note,
    supersededBy: row.superseded_by,
    isYours:
      row.requester_kind === viewer.actor.kind &&
      isSameIdentity(identityOf(viewer.actor), {
        issuer: row.requester_issuer,
        subject: row.requester_subject,
      }),
    nextWindowAt: nextOpening(environment.spec.windows, row.now)?.opensAt ?? null,
    asOf: row.now,
  };
}

/** What runs, by the word of whoever deployed it: for drift detection, admission and screens. */
export async function runningServices(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
): Promise<RunningService[]> {
  const rows = await runningRows(tx, tenant);
  const images = await imagesOf(tx, tenant, rows);
  return rows.map((row) => ({
    environment: row.environment,
    service: row.service,
    deploymentId: row.deployment_id,
    images: (images.get(revisionKey(row)) ?? []).map(imageText),
    configDigest: row.config_digest,
    changeRef: row.change_ref,
    provenance: row.provenance,
    runningSince: row.running_since,
  }));
}

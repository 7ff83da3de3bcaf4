import "server-only";
import { evaluateQuorum } from "#server/engines/quorum/evaluate-quorum.ts";
import type { Caller } from "#server/platform/actor.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import {
  findRequest,
  REQUEST_COLUMNS,
  type RequestRow,
  type ReviewRow,
  reviewsOf,
} from "./approval-rows.ts";
import { detailOf, partOf, summaryOf } from "./approval-views.ts";
import { quorumReviewOf, quorumSubjectOf } from "./quorum-of.ts";
import type {
  ApprovalDetail,
  ApprovalPage,
  ApprovalSummary,
  ListApprovalsInput,
} from "./schema.ts";

// What a person sees, said in SQL: a request past its time is expired before the sweeper says so.
const SHOWN_STATE = `CASE WHEN state IN ('open', 'approved') AND expires_at <= clock_timestamp()
  THEN 'expired' ELSE state END`;

/** Requests, newest first (their ids are in the order of time). */
export async function approvals(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { state, limit, cursor }: ListApprovalsInput,
): Promise<ApprovalPage> {
  const rows = await tx.query<RequestRow>(
    `SELECT ${REQUEST_COLUMNS} FROM approval_request
     WHERE tenant_id = $1 AND ($2::uuid IS NULL OR request_id < $2)
       AND ($3::text IS NULL OR ${SHOWN_STATE} = $3)
     ORDER BY request_id DESC LIMIT $4`,
    [tenant, cursor ?? null, state ?? null, limit + 1],
  );
  const page = rows.slice(0, limit);
  const reviews = await reviewsOf(tx, tenant, idsOf(page));
  return {
    items: page.map((row) => summaryOf(row, reviews)),
    nextCursor: rows.length > limit ? (page.at(-1)?.request_id ?? null) : null,
    asOf: await tx.startedAt(),
  };
}

/** One request with its reviews and quorum; undefined when absent or foreign. */
export async function approval(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  requestId: string,
  viewer: Caller,
): Promise<ApprovalDetail | undefined> {
  const row = await findRequest(tx, tenant, requestId);
  if (!row) return undefined;
  return detailOf(row, await reviewsOf(tx, tenant, [requestId]), viewer);
}

const MOST_WAITING = 200;

/** Open requests in which the viewer's approval would fill a place, the most urgent first. */
export async function approvalsWaitingFor(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  viewer: Caller,
): Promise<ApprovalSummary[]> {
  if (viewer.actor.kind !== "user") return [];
  const rows = await tx.query<RequestRow>(
    `SELECT ${REQUEST_COLUMNS} FROM approval_request
     WHERE tenant_id = $1 AND state = 'open' AND expires_at > clock_timestamp()
     ORDER BY expires_at, request_id LIMIT $2`,
    [tenant, MOST_WAITING],
  );
  const reviews = await reviewsOf(tx, tenant, idsOf(rows));
  return rows
    .filter((row) => partOf(viewer, row, reviews) === "may-decide")
    .filter((row) => wouldHelp(viewer, row, reviews))
    .map((row) => summaryOf(row, reviews));
}

function wouldHelp(viewer: Caller, row: RequestRow, all: readonly ReviewRow[]): boolean {
  if (viewer.actor.kind !== "user") return false;
  const subject = quorumSubjectOf(row);
  const reviews = all.filter(({ request_id }) => request_id === row.request_id).map(quorumReviewOf);
  const approval = {
    reviewId: "viewer",
    revision: subject.revision,
    digest: subject.digest,
    reviewer: viewer.actor,
    roles: viewer.actor.roles,
    decision: "approve" as const,
  };
  const now = evaluateQuorum(row.requirement, subject, reviews);
  const then = evaluateQuorum(row.requirement, subject, [...reviews, approval]);
  return then.missing < now.missing;
}

function idsOf(rows: readonly RequestRow[]): string[] {
  return rows.map(({ request_id }) => request_id);
}

import "server-only";
import type { QuorumRequirement } from "#server/engines/quorum/types.ts";
import type { Caller } from "#server/platform/actor.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { findRequest, REQUEST_COLUMNS, type RequestRow, reviewsOf } from "./approval-rows.ts";
import { detailOf } from "./approval-views.ts";
import { type FreshRoles, withFreshRoles } from "./fresh-roles.ts";
import { MINIMUM_REQUIREMENT } from "./minimum-requirement.ts";
import { quorumOf } from "./quorum-of.ts";
import type { ApprovalDetail } from "./schema.ts";

/** Requests with their reviews, as a feature that asked for them shows them; by id. */
export async function approvalDetails(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  requestIds: readonly string[],
  viewer: Caller,
): Promise<Map<string, ApprovalDetail>> {
  if (requestIds.length === 0) return new Map();
  const [rows, reviews] = await Promise.all([
    tx.query<RequestRow>(
      `SELECT ${REQUEST_COLUMNS} FROM approval_request WHERE tenant_id = $1 AND request_id = ANY ($2::uuid[])`,
      [tenant, requestIds],
    ),
    reviewsOf(tx, tenant, requestIds),
  ]);
  return new Map(
    rows.map((row) => {
      const own = reviews.filter(({ request_id }) => request_id === row.request_id);
      return [row.request_id, detailOf(row, own, viewer)];
    }),
  );
}

/** How a quorum stands, counted again with the roles that its reviewers have now (law 10). */
export interface StandingNow {
  /** How many more humans it takes, by this requirement, the request's own and the kind's minimum. */
  missing: number;
  isRejected: boolean;
  subjectDigest: string;
}

export async function approvalStandingNow(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  requestId: string,
  requirement: QuorumRequirement,
  approvers: readonly FreshRoles[],
): Promise<StandingNow | undefined> {
  const row = await findRequest(tx, tenant, requestId);
  if (!row) return undefined;
  const reviews = withFreshRoles(await reviewsOf(tx, tenant, [requestId]), approvers);
  const states = [requirement, row.requirement, MINIMUM_REQUIREMENT[row.kind]].map((each) =>
    quorumOf(row, reviews, each),
  );
  return {
    missing: Math.max(...states.map(({ missing }) => missing)),
    isRejected: states.some(({ outcome }) => outcome === "rejected"),
    subjectDigest: row.subject_digest.toString("hex"),
  };
}

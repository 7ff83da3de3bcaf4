import "server-only";
import { type ApprovalDetail, isSameIdentity } from "#server/features/approvals/index.ts";
import type { Caller } from "#server/platform/actor.ts";
import type { GrantView, RequestView } from "./elevation-views.ts";
import { type GrantRow, standingOf } from "./grant-rows.ts";
import type { ProjectionRow } from "./projection-rows.ts";
import type { ElevationRequestRow } from "./request-rows.ts";

type Of = Pick<GrantRow, "person_issuer" | "person_subject">;

function isTheirs({ actor }: Caller, row: Of): boolean {
  const person = { issuer: row.person_issuer, subject: row.person_subject };
  return actor.kind === "user" && isSameIdentity(actor, person);
}

export function grantView(
  row: GrantRow,
  projections: readonly ProjectionRow[],
  viewer: Caller,
): GrantView {
  const standing = standingOf(row);
  const isOver = standing !== "live" && standing !== "scheduled";
  const shown = projections.map((each) => ({
    projectionId: each.projection_id,
    kind: each.kind,
    target: each.target,
    state: projectionState(each, isOver),
    trouble: each.trouble,
    goneAt: each.gone_at,
  }));
  const isRevoking = isOver && shown.some(({ state }) => state !== "gone");
  return {
    grantId: row.grant_id,
    kind: row.kind,
    environment: row.environment,
    person: row.person_name,
    isYours: isTheirs(viewer, row),
    scopes: row.scopes,
    reason: row.reason,
    startsAt: row.starts_at,
    endsAt: row.ends_at,
    standing: isRevoking ? "revoking" : standing,
    revokedAt: row.revoked_at,
    revokedBy: row.revoked_by_name,
    revokeReason: row.revoke_reason,
    proofMethod: row.proof_method,
    projections: shown,
  };
}

/** The clock decides, not what the worker has noted so far: what is over is being revoked until it is gone. */
function projectionState(
  row: ProjectionRow,
  isOver: boolean,
): GrantView["projections"][number]["state"] {
  if (row.state === "gone") return "gone";
  if (isOver) return "revoking";
  return row.state === "projected" ? "projected" : "wanted";
}

export function requestView(
  row: ElevationRequestRow,
  approval: ApprovalDetail,
  viewer: Caller,
): RequestView {
  return {
    requestId: row.request_id,
    approvalId: row.approval_id,
    kind: row.kind,
    environment: row.environment,
    person: row.person_name,
    isYours: isTheirs(viewer, row),
    scopes: row.scopes,
    reason: row.reason,
    durationSeconds: row.duration_seconds,
    startsAt: row.starts_at,
    state: shownState(row, approval),
    grantId: row.grant_id,
    subjectDigest: approval.subjectDigest,
    quorum: approval.quorum,
    yourPart: row.state === "waiting" ? approval.yourPart : "not-open",
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  };
}

/** The state by rows and clock, whatever the sweeper has done so far (law 8). */
function shownState(row: ElevationRequestRow, approval: ApprovalDetail): RequestView["state"] {
  if (row.state !== "waiting") return row.state;
  if (row.is_expired || approval.state === "expired") return "expired";
  if (approval.state === "rejected" || approval.state === "withdrawn") return approval.state;
  return approval.state === "approved" ? "approved" : "waiting";
}

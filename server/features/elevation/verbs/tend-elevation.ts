import "server-only";
import { z } from "zod";
import { elevationFacts } from "#server/engines/elevation/elevation-facts.ts";
import {
  approvalInBrief,
  closeApproval,
  expireApproval,
  renewApproval,
} from "#server/features/approvals/index.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import { ROLES } from "#server/platform/authz/scopes.ts";
import { runVouched } from "#server/platform/run-within.ts";
import { audited, unchanged, type VerbContext, verb } from "#server/platform/verb.ts";
import { findGrant } from "../grant-rows.ts";
import { holdPolicy, type PolicyRow } from "../policy-rows.ts";
import {
  type ElevationRequestRow,
  lockElevationRequest,
  prolongedBy,
  subjectFields,
} from "../request-rows.ts";
import { ElevationRequestId, RequestState } from "../schema.ts";
import { endRequest } from "../writes/end-request.ts";
import { noteElevation } from "../writes/note-elevation.ts";

/**
 * Brings a waiting request to where it stands by rows and clock: ended with its time, its approval or
 * the grant that it would prolong, or asked anew under a changed policy. The truth does not wait for
 * it: activating decides everything by itself (law 8).
 */
export const tendElevation = verb({
  name: "elevation.tend",
  scope: "runtime.elevation.tend",
  input: ElevationRequestId,
  output: z.object({ state: RequestState, hasMoved: z.boolean() }),
  async run(context) {
    const { tx, tenant, input } = context;
    const row = await lockElevationRequest(tx, tenant, input.requestId);
    const events = row.state === "waiting" ? await tend(context, row) : [];
    const [first, ...more] = events;
    const output = { state: row.state, hasMoved: events.length > 0 };
    return first ? audited(output, first, ...more) : unchanged(output);
  },
});

async function tend(
  context: VerbContext<unknown>,
  row: ElevationRequestRow,
): Promise<AuditEventDraft[]> {
  const { tx, tenant } = context;
  const approval = await approvalInBrief(tx, tenant, row.approval_id);
  if (row.is_expired || approval?.state === "expired") {
    const { events } = await runVouched(expireApproval, context, { requestId: row.approval_id });
    return [await endRequest(context, row, "expired"), ...events];
  }
  if (approval?.state === "rejected") return [await endRequest(context, row, "rejected")];
  if (approval?.state === "withdrawn") return [await endRequest(context, row, "withdrawn")];
  const policy = await holdPolicy(tx, tenant, row.environment, "share");
  const grant = await grantToProlong(context, row);
  const isOver = grant !== null && (grant.state !== "granted" || grant.is_over);
  if (isOver) return refuse(context, row, "The grant that it would prolong is over.");
  if (!policy || policy.version === row.policy_version) return [];
  const facts = elevationFacts({
    now: await tx.startedAt(),
    rules: policy.spec,
    // Whose roles these are is asked when it is activated; here only whether anybody's would do.
    roles: ROLES,
    scopes: row.scopes,
    durationSeconds: row.duration_seconds,
    startsAt: row.starts_at,
    others: 0,
    prolongs: grant && { endsAt: grant.ends_at, isOver },
  });
  const isStillAllowed = facts.isOffered && facts.isDurationAllowed && facts.isStartAllowed;
  return isStillAllowed
    ? renew(context, row, policy)
    : refuse(context, row, `The elevation policy of ${row.environment} allows it no more.`);
}

async function grantToProlong({ tx, tenant }: VerbContext<unknown>, row: ElevationRequestRow) {
  const prolongs = prolongedBy(row);
  return prolongs ? ((await findGrant(tx, tenant, prolongs)) ?? null) : null;
}

async function refuse(context: VerbContext<unknown>, row: ElevationRequestRow, reason: string) {
  const { events } = await runVouched(closeApproval, context, {
    requestId: row.approval_id,
    reason,
  });
  return [await endRequest(context, row, "refused", reason), ...events];
}

/** Under another policy it is another subject: approvals given before are stale. */
async function renew(context: VerbContext<unknown>, row: ElevationRequestRow, policy: PolicyRow) {
  const { tx, tenant } = context;
  const note = `The elevation policy of ${row.environment} is now version ${policy.version}.`;
  await tx.query(
    "UPDATE elevation_request SET policy_version = $3 WHERE tenant_id = $1 AND request_id = $2",
    [tenant, row.request_id, policy.version],
  );
  const renewed = { ...row, policy_version: policy.version, prolongs: prolongedBy(row) };
  const { events } = await runVouched(renewApproval, context, {
    requestId: row.approval_id,
    subject: subjectFields(renewed),
    requirement: policy.spec.groups,
    reason: note,
  });
  const event = await noteElevation(context, {
    act: "renewed",
    requestId: row.request_id,
    note,
    causedBy: row.request_event_id,
    payload: { environment: row.environment, policyVersion: policy.version },
  });
  return [event, ...events];
}

import "server-only";
import { uuidv7 } from "uuidv7";
import type { JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { coversRequirement } from "#server/engines/quorum/requirement.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { approvalEvent } from "../approval-events.ts";
import { lockRequest } from "../approval-rows.ts";
import { approvalSubject } from "../approval-subject.ts";
import { shownState } from "../approval-views.ts";
import { MINIMUM_REQUIREMENT } from "../minimum-requirement.ts";
import { displayNameOf, humanBehind, identityOf } from "../requester.ts";
import {
  type ApprovalKind,
  RequestApprovalInput,
  RequestOutcome,
  type Requirement,
} from "../schema.ts";
import { setRequestState } from "../set-request-state.ts";

/** Asks for an approval of exactly this subject; one request a subject at a time. */
export const requestApproval = verb({
  name: "approvals.request",
  scope: "runtime.approvals.request",
  input: RequestApprovalInput,
  output: RequestOutcome,
  async run({ tx, tenant, actor, input }) {
    const requirement = requirementOf(input.kind, input.requirement);
    const requester = identityOf(actor);
    const subject = approvalSubject(tenant, requester, input.subject);
    const tidied = await closeExpired(tx, tenant, input.kind, input.subjectRef);
    const human = humanBehind(actor);
    const row = { request_id: uuidv7(), request_event_id: uuidv7() };
    const inserted = await tx.query(INSERT, [
      tenant,
      row.request_id,
      input.kind,
      input.subjectRef,
      subject.digest,
      subject.text,
      JSON.stringify(requirement),
      input.reason,
      actor.kind,
      requester.issuer,
      requester.subject,
      displayNameOf(actor),
      typeof human === "object" ? human.issuer : null,
      typeof human === "object" ? human.subject : null,
      human === "unknown",
      row.request_event_id,
      input.expiresInSeconds,
    ]);
    if (inserted.length === 0) throw alreadyAskedFor(input.subjectRef);
    const subjectDigest = subject.digest.toString("hex");
    const requested = approvalEvent(row, "requested", {
      kind: input.kind,
      subjectRef: input.subjectRef,
      subject: JSON.parse(subject.text) as JsonValue,
      subjectDigest,
      requirement,
      reason: input.reason,
    });
    return audited(
      { requestId: row.request_id, revision: 1, state: "open" as const, subjectDigest },
      requested,
      ...tidied,
    );
  },
});

const INSERT = `
  INSERT INTO approval_request (tenant_id, request_id, kind, subject_ref, revision, subject_digest, subject, requirement,
    reason, requester_kind, requester_issuer, requester_subject, requester_name, human_issuer, human_subject,
    human_unknown, state, request_event_id, created_at, expires_at)
  SELECT $1, $2, $3, $4, 1, $5, $6, $7::jsonb, $8, $9, $10, $11, $12, $13, $14, $15, 'open', $16, now, now + make_interval(secs => $17)
  FROM clock_timestamp() AS now
  ON CONFLICT (tenant_id, kind, subject_ref) WHERE state IN ('open', 'approved') DO NOTHING
  RETURNING request_id`;

function requirementOf(kind: ApprovalKind, asked: Requirement | undefined): Requirement {
  const minimum = MINIMUM_REQUIREMENT[kind];
  if (!asked) return minimum;
  if (coversRequirement(asked, minimum)) return asked;
  const words = minimum.map(({ role, count }) => `${count} ${role}`).join(" and ");
  throw new AppError("invalid", `requirement: a ${kind} takes at least ${words}`, {
    field: "requirement",
    remedy: "Ask for that or more.",
    said: { key: "requirementTooLow", args: { least: words } },
  });
}

/** A request past its time makes room, though the sweeper has not come by yet. */
async function closeExpired(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  kind: ApprovalKind,
  subjectRef: string,
): Promise<AuditEventDraft[]> {
  const [pending] = await tx.query<{ request_id: string }>(
    `SELECT request_id FROM approval_request
     WHERE tenant_id = $1 AND kind = $2 AND subject_ref = $3 AND state IN ('open', 'approved')`,
    [tenant, kind, subjectRef],
  );
  if (!pending) return [];
  const row = await lockRequest(tx, tenant, pending.request_id);
  const isPending = row.state === "open" || row.state === "approved";
  if (isPending && shownState(row) !== "expired") throw alreadyAskedFor(subjectRef);
  if (!isPending) return [];
  await setRequestState(tx, tenant, row.request_id, "expired");
  return [approvalEvent(row, "expired", { expiresAt: row.expires_at.toISOString() })];
}

function alreadyAskedFor(subjectRef: string): AppError {
  return new AppError("conflict", `An approval of ${subjectRef} is being asked for already.`, {
    field: "subjectRef",
    remedy: "Revise or withdraw that request first.",
    said: { key: "askedAlready", args: { subject: subjectRef } },
  });
}

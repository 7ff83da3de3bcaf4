import "server-only";
import type { z } from "zod";
import { mayWithdrawRemediation } from "#server/engines/remediation/state-machine.ts";
import { isSameIdentity } from "#server/features/approvals/index.ts";
import type { Caller } from "#server/platform/actor.ts";
import type { RemediationRow } from "./remediation-rows.ts";
import type { RemediationView } from "./views.ts";

export function viewOf(row: RemediationRow, viewer: Caller): z.input<typeof RemediationView> {
  return {
    remediationId: row.remediation_id,
    findingId: row.finding_id,
    rule: row.rule,
    action: row.action,
    mode: row.mode,
    state: row.state,
    cluster: row.cluster,
    environment: row.environment,
    object: {
      apiVersion: row.api_version,
      kind: row.kind,
      namespace: row.namespace,
      name: row.name,
    },
    proposedByName: row.proposed_by_name,
    isYours: isProposer(row, viewer),
    reason: row.reason,
    errorCode: row.error_code,
    errorText: row.error_text,
    awaySince: row.away_since,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    finishedAt: row.finished_at,
    expiresAt: row.expires_at,
  };
}

export function isProposer({ proposed_by: by }: RemediationRow, { actor }: Caller): boolean {
  if (by.kind !== "user" && by.kind !== "service") return false;
  return actor.kind === by.kind && isSameIdentity(actor, by);
}

/** Whoever proposed takes it back; what the worker proposed anybody who may propose. */
export function mayWithdraw(row: RemediationRow, viewer: Caller): boolean {
  return (
    mayWithdrawRemediation(row.state) &&
    viewer.scopes.has("runtime.remediations.propose") &&
    (row.mode === "auto" || isProposer(row, viewer))
  );
}

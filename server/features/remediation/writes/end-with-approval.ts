import "server-only";
import { closeApproval } from "#server/features/approvals/index.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import { runVouched } from "#server/platform/run-within.ts";
import type { VerbContext } from "#server/platform/verb.ts";
import type { RemediationRow } from "../remediation-rows.ts";
import { type Move, moveRemediation } from "./move-remediation.ts";

/** Ends a remediation and takes back the approval that is asked for, if there is one. */
export async function endWithApproval(
  context: VerbContext<unknown>,
  row: RemediationRow,
  move: Move & { to: "superseded" | "expired" | "refused" | "withdrawn" | "failed" },
): Promise<[AuditEventDraft, ...AuditEventDraft[]]> {
  const event = await moveRemediation(context, row, move);
  if (!row.approval_id) return [event];
  const reason = move.note || "What it was asked for is no longer to be done.";
  const { events } = await runVouched(closeApproval, context, {
    requestId: row.approval_id,
    reason: reason.slice(0, 2_000),
  });
  return [event, ...events];
}

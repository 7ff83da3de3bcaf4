import "server-only";
import { approvalInBrief, expireApproval } from "#server/features/approvals/index.ts";
import { findingInBrief } from "#server/features/drift/index.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import { runVouched } from "#server/platform/run-within.ts";
import { audited, unchanged, type VerbContext, verb } from "#server/platform/verb.ts";
import { hasChanged } from "../has-changed.ts";
import { heldRemediation } from "../held-remediation.ts";
import type { RemediationRow } from "../remediation-rows.ts";
import { Moved, type Seen, SettleInput } from "../schema.ts";
import { endWithApproval } from "../writes/end-with-approval.ts";
import { pauseRemediation } from "../writes/hold-lease.ts";
import { moveRemediation } from "../writes/move-remediation.ts";

const LOOK_AGAIN_SECONDS = 5;

/**
 * Brings a remediation that waits for people to where it stands: approved, ended with its approval or its time, or
 * superseded because the finding is gone or something it was made from has changed.
 */
export const settleRemediation = verb({
  name: "remediation.settle",
  scope: "runtime.remediations.execute",
  input: SettleInput,
  output: Moved,
  async run(context) {
    const { tx, tenant, actor, input } = context;
    const states = ["awaiting_approval", "by_hand"] as const;
    const row = await heldRemediation(tx, tenant, actor, input, ...states);
    const [first, ...more] = await settle(context, row, input.seen);
    if (first) return audited({ state: row.state }, first, ...more);
    await pauseRemediation(tx, tenant, row.remediation_id, { seconds: LOOK_AGAIN_SECONDS });
    return unchanged({ state: row.state });
  },
});

async function settle(
  context: VerbContext<unknown>,
  row: RemediationRow,
  seen: Seen | null,
): Promise<AuditEventDraft[]> {
  const { tx, tenant } = context;
  const finding = await findingInBrief(tx, tenant, row.finding_id);
  if (finding?.state === "resolved") {
    const note = "What it was to mend is gone.";
    return endWithApproval(context, row, { to: "superseded", errorCode: "already-mended", note });
  }
  const approval = row.approval_id ? await approvalInBrief(tx, tenant, row.approval_id) : null;
  if (approval?.state === "rejected") {
    return [await moveRemediation(context, row, { to: "refused", errorCode: "rejected" })];
  }
  if (approval?.state === "withdrawn") {
    return [await moveRemediation(context, row, { to: "withdrawn" })];
  }
  if (row.is_expired || approval?.state === "expired") {
    const move = { to: "expired" as const, note: "Nobody decided in time." };
    const event = await moveRemediation(context, row, move);
    if (!row.approval_id) return [event];
    const closed = await runVouched(expireApproval, context, { requestId: row.approval_id });
    return [event, ...closed.events];
  }
  if (seen && hasChanged(row, seen)) {
    const note = "What is desired, or what is there, is not what it was proposed for.";
    return endWithApproval(context, row, { to: "superseded", errorCode: "changed", note });
  }
  if (row.state === "awaiting_approval" && approval?.state === "approved") {
    return [await moveRemediation(context, row, { to: "approved" })];
  }
  return [];
}

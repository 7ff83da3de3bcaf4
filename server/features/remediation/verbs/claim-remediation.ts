import "server-only";
import { approvalInBrief } from "#server/features/approvals/index.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { previousOf } from "../previous-rows.ts";
import { lockRemediation } from "../remediation-rows.ts";
import { Claimed, type ClaimedRemediation, ClaimInput } from "../schema.ts";
import { moveRemediation } from "../writes/move-remediation.ts";

/**
 * Takes a due remediation for one worker, by a lease and a fence. One that another worker left while it acted is
 * `indeterminate` from then on: nobody knows what the cluster has, so the cluster is asked first.
 */
export const claimRemediation = verb({
  name: "remediation.claim",
  scope: "runtime.remediations.execute",
  input: ClaimInput,
  output: Claimed,
  async run(context) {
    const { tx, tenant, actor, input } = context;
    if (actor.kind !== "worker") throw new AppError("forbidden", "Only the worker does this.");
    const row = await lockRemediation(tx, tenant, input.remediationId);
    if (row.finished_at || row.is_leased || !row.is_due) {
      return unchanged<{ claimed: ClaimedRemediation | null }>({ claimed: null });
    }
    let moved: AuditEventDraft | null = null;
    if (row.state === "proposed") moved = await moveRemediation(context, row, { to: "dry_run" });
    // A roll-back that nobody has begun is begun now; one that somebody left is as doubtful as an apply.
    const wasLeft = row.state === "applying" || (row.state === "rolling_back" && row.attempt > 0);
    if (wasLeft) {
      row.resume_state = row.state === "applying" ? "applying" : "rolling_back";
      moved = await moveRemediation(context, row, {
        to: "indeterminate",
        errorCode: "worker-gone",
        errorText: "The worker that acted has gone; the cluster is asked what is true.",
      });
    }
    const [taken] = await tx.query<{ fence: number }>(
      `UPDATE remediation SET lease_owner = $3, lease_until = clock_timestamp() + make_interval(secs => $4),
         fence = fence + 1, attempt = attempt + CASE WHEN state = 'rolling_back' THEN 1 ELSE 0 END
       WHERE tenant_id = $1 AND remediation_id = $2 RETURNING fence::int`,
      [tenant, row.remediation_id, input.owner, input.leaseSeconds],
    );
    const approval = row.approval_id ? await approvalInBrief(tx, tenant, row.approval_id) : null;
    const claimed: ClaimedRemediation = {
      remediationId: row.remediation_id,
      fence: taken?.fence ?? 0,
      state: row.state,
      resumeState: row.resume_state,
      rule: row.rule,
      mode: row.mode,
      action: row.action,
      cluster: row.cluster,
      object: {
        apiVersion: row.api_version,
        kind: row.kind,
        namespace: row.namespace,
        name: row.name,
      },
      overrides: row.plan?.overrides ?? [],
      uid: row.plan?.uid ?? null,
      seen: {
        liveDigest: row.live_digest?.toString("hex") ?? null,
        desiredDigest: row.desired_digest?.toString("hex") ?? null,
      },
      afterDigest: row.intent?.afterDigest ?? null,
      previous: (await previousOf(
        tx,
        tenant,
        row.remediation_id,
      )) as ClaimedRemediation["previous"],
      approvers: approval?.approvers.map(({ issuer, subject }) => ({ issuer, subject })) ?? [],
    };
    const output: { claimed: ClaimedRemediation | null } = { claimed };
    return moved ? audited(output, moved) : unchanged(output);
  },
});

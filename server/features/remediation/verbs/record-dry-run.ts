import "server-only";
import type { RemediationState } from "#server/engines/remediation/state-machine.ts";
import { requestApproval } from "#server/features/approvals/index.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import { runVouched } from "#server/platform/run-within.ts";
import { audited, unchanged, type VerbContext, verb } from "#server/platform/verb.ts";
import { openBreakerOf } from "../breaker-rows.ts";
import { heldRemediation } from "../held-remediation.ts";
import { modeFor, policyInForce } from "../policies-in-force.ts";
import type { RemediationRow, StoredPlan } from "../remediation-rows.ts";
import { remediationRef, remediationSubject } from "../remediation-subject.ts";
import { type DryRun, Moved, RecordDryRunInput } from "../schema.ts";
import { moveRemediation } from "../writes/move-remediation.ts";
import { waitWhileAway } from "../writes/wait-while-away.ts";

/**
 * Notes what the dry-run showed. What a person proposed is put before approvers, with exactly that as its subject;
 * what the policy lets happen is approved by it. Without a way to apply, it stays for people's hands.
 */
export const recordDryRun = verb({
  name: "remediation.recordDryRun",
  scope: "runtime.remediations.execute",
  input: RecordDryRunInput,
  output: Moved,
  async run(context) {
    const { tx, tenant, actor, input } = context;
    const row = await heldRemediation(tx, tenant, actor, input, "dry_run");
    const { result } = input;
    if (result.how === "away") {
      const [first, ...more] = await waitWhileAway(context, row, result.trouble);
      const output = { state: row.state };
      return first ? audited(output, first, ...more) : unchanged(output);
    }
    if (result.how === "refused") {
      const move = { errorCode: result.refusal, errorText: result.trouble || null };
      const to = result.refusal === "already-mended" ? "superseded" : "refused";
      return audited({ state: to }, await moveRemediation(context, row, { to, ...move }));
    }
    await keepPlan(context, row, result.plan);
    const { changes } = result.plan;
    const payload = {
      action: result.plan.action,
      ...digestsOf(result.plan),
      overrides: result.plan.overrides,
      source: result.plan.source,
      revision: result.plan.revision,
      paths: changes.slice(0, 100).map(({ kind, path }) => `${kind} ${path}`),
    };
    if (!result.canApply) {
      const note = "The console has no way to apply anything in this cluster.";
      const event = await moveRemediation(context, row, { to: "by_hand", note, payload });
      return audited({ state: "by_hand" as const }, event);
    }
    if (row.mode === "auto") {
      const why = await whyNotAutomatic(context, row);
      const to: RemediationState = why ? "refused" : "approved";
      const note = why ? "" : `By version ${row.policy_version} of the policy for this rule.`;
      const move = { to, note, errorCode: why, payload };
      return audited({ state: to }, await moveRemediation(context, row, move));
    }
    const asked = await askForApproval(context, row);
    const event = await moveRemediation(context, row, { to: "awaiting_approval", payload });
    return audited({ state: "awaiting_approval" as const }, event, ...asked);
  },
});

async function keepPlan(
  { tx, tenant }: VerbContext<unknown>,
  row: RemediationRow,
  plan: DryRun,
): Promise<void> {
  const { changes, overrides, source, revision, uid, command } = plan;
  const stored: StoredPlan = { changes, overrides, source, revision, uid, command };
  await tx.query(
    `UPDATE remediation SET action = $3, plan = $4, desired_digest = decode($5, 'hex'), live_digest = decode($6, 'hex'),
       difference_digest = decode($7, 'hex'), attempt = 0
     WHERE tenant_id = $1 AND remediation_id = $2`,
    [
      tenant,
      row.remediation_id,
      plan.action,
      JSON.stringify(stored),
      plan.desiredDigest,
      plan.liveDigest,
      plan.differenceDigest,
    ],
  );
  const bytes = (hex: string | null) => (hex === null ? null : Buffer.from(hex, "hex"));
  row.action = plan.action;
  row.plan = stored;
  row.desired_digest = bytes(plan.desiredDigest);
  row.live_digest = bytes(plan.liveDigest);
  row.difference_digest = bytes(plan.differenceDigest);
}

function digestsOf({ desiredDigest, liveDigest, differenceDigest }: DryRun) {
  return { desiredDigest, liveDigest, differenceDigest };
}

/** The policy may have changed since, and deleting is never automatic. */
async function whyNotAutomatic(
  { tx, tenant }: VerbContext<unknown>,
  row: RemediationRow,
): Promise<string | null> {
  const policy = await policyInForce(tx, row.rule);
  const object = { kind: row.kind, apiVersion: row.api_version };
  if (modeFor(policy, object) !== "auto" || row.action === "delete") return "not-automatic";
  const breaker = await openBreakerOf(tx, tenant, row.cluster, row.object_digest);
  return breaker ? "breaker-open" : null;
}

/** In the name of whoever proposed: they can't approve it themselves (law 9). */
async function askForApproval(
  context: VerbContext<unknown>,
  row: RemediationRow,
): Promise<readonly AuditEventDraft[]> {
  const { tx, tenant } = context;
  const asking = { ...context, actor: row.proposed_by };
  const { output, events } = await runVouched(requestApproval, asking, {
    kind: "remediation",
    subjectRef: remediationRef(row.remediation_id),
    subject: remediationSubject(row),
    reason: row.reason,
  });
  await tx.query(
    `UPDATE remediation r SET approval_id = a.request_id, expires_at = a.expires_at
     FROM approval_request a WHERE r.tenant_id = $1 AND r.remediation_id = $2 AND a.tenant_id = $1 AND a.request_id = $3`,
    [tenant, row.remediation_id, output.requestId],
  );
  row.approval_id = output.requestId;
  return events;
}
